"""More given names for names in texts, folded as :func:`headers.fold` does.

A text needs more of them than a column: one name there has no neighbours of its kind. Names that
are as often plain words or places are left out.
"""

from __future__ import annotations

__all__ = ["DOUBTFUL", "MORE_GIVEN"]

MORE_GIVEN = frozenset(
    """
    aaliyah abbie abby abel abraham addison adela adelaide adele adolf adrian adriana adrienne
    agatha aidan aileen aisling alana alastair alec alejandra alessandra alessio alexandra
    alexandre alexandria alexia alfonso alfred alfredo alina alisa alisha alison alistair alison
    allison allan allyson alma alphonse althea alvin alyssa amandine amelia amos anastasios
    andre andreea andree andreia andrej angelica angelina angelique angelo angie anika anita
    annabel annabelle annalise anneke annelies annemarie annie annika ansel antonia antonella
    antony april ariana arianna ariel arlene armand armando arne arnold arnaud arturo arvid
    asher aubrey audrey august augustine augusto aurelien autumn axel ayana aylin bailey barney
    barry bartholomew bastian beatrice becky belinda bella ben benedict benito benny bernadette
    bernardo bernice bert bertha bertrand bessie beth bethany betsy bettina bianca bjarne
    bonnie boyd brad bradford bradley brady brendan brenna brent brett briana brianna bridget
    britney brooke bryant bryce byron caitlin caleb callum calvin cameron candace candice carina
    carla carlo carlotta carlton carmela carmelo carole carolina caroline carolina carrie
    carsten casey caspar cassandra cassidy catalina cecil cecilia cecile cedric celeste celia
    celina cesar chantelle charlene charmaine chelsea cheri cherry chester chris christa
    christel christi christian christiane christie christin christoph christos christy chuck
    cindy claire clarence clarissa claude claudette claudine claudio clay clayton clifford
    clifton clint clinton clive clyde cody colette colin colleen conrad constance constantin
    cora corey corinna corinne cornelia cornelius cory courtney craig cristian cristiano cristina
    curtis cyril daisy dale dalia damian damien damon dan dana dane danica danilo danny daphne
    darcy darius darlene darnell darrell darren darryl dave davina dean deanna debbie deborah
    deirdre delia della delores demetrius dena denis denny derek derrick desiree desmond devin
    devon dewey dexter diana dianne dick diego dietmar dillon dimitri dina dino dirk dolly
    dominik dominika dominique don donald donna donnie donovan dora doreen dorian doris
    dorothea doug drew duane duncan dustin dwayne dwight earl earnest ebony eddie edgar edith
    edna eduard edvard edwin effie eileen eleanor elena eleonora eli eliana elias elijah elina
    eline elinor elisa elisabeth elise eliza ella ellen ellie elliot elliott elmer eloise elsa
    elsie elton elvira elvis emanuel emerson emilia emilie emilio emmanuel emmett enid enrico
    enzo erica ericka erich erick erik ernest ernestine ernesto errol ervin esmeralda esteban
    estelle esther ethel etienne eugenia eugenie eunice eva evangeline evelina everett ezra
    fabian fabien fabienne fatoumata faye federico felicia felicity felipe fergus fernand
    filip filippo finley fleur flora florence floyd forrest franca frances franck francine
    francisca franz fred freda freddy frederic frederica frederick frederik fredrik friedrich
    gabriella gail galen garrett garry gavin gemma gena gene geoff geoffrey georgia georgina
    geraldine german gertrude giacomo gilbert gilberto gilles gina gino giovanna gladys glen
    glenda glenn gloria gordon graciela graeme graham greg gregor gregory gretchen griffin
    grover guido gunnar gustave gustavo guy gwen gwendolyn hakan hank hannes harley harriet
    harvey hattie hayden hayley hazel hector hedwig heidi heinrich helga helmut hendrik henri
    henrietta henrik henrique herbert heriberto herman hermann hilary hilda hiram holly homer
    horace howard hubert hugh humberto ian ignatius ike ilona imelda imogen ina inga inge
    ingeborg ingo inger ira irena irina iris irma irvin irving isabella isabelle isadora isaiah
    ishaan ismael israel ivo ivy jackie jacklyn jaclyn jacquelyn jaden jaime jake jakob jamie
    jana janelle janet janette janina janine jared jarrod jasmin jasmine jasper javier jayden
    jayne jean jeanette jeanne jeannie jeff jefferson jenna jennie jenny jeremiah jermaine
    jerome jess jessie jesus jill jillian jim jimmie jimmy jo joachim joann joanne joaquin jochen
    jodi jody joel joelle johan johann johnnie jolanda jolene jonah jonas jonathon joost jorg
    joris josefina josephine josh josiah josie joy joyce juan juana juanita judah jude judy
    juha jules juliana julianna julianne julien juliet julio julius june justine justus kaitlyn
    kamil kara kareem kari karina karl karla karolina karoline kaspar kasper kassandra kate
    katelyn katerina kathie kathi kathrin kathy katia katie katja katlyn katrina katy kay kaye
    keisha kelley kelsey kelvin ken kendra kenny kent kerri kerry kevin kiara kieran kilian
    kimberley kira kirk kirsten klara konrad konstantinos krista kristen kristi kristian kristin
    kristine kristof kristoffer kristopher kristy krystal kurtis lacey lamar lana lance lara
    lars lasse latoya laurence laurie lavinia lawrence lea leah leandra leandro leann leanne lee
    leif leila leland len lenny leo leon leona leonard leonardo leonie leonora leopold leroy
    les lesley leslie lester leticia levi lewis liana lidia lila liliana lilian lillian lillie
    lincoln linnea lionel liv livia liz liza lizzie lloyd lois lola lonnie loraine loredana
    lorena loretta lorna lorraine lothar lou louie louisa louise lowell lucia lucian luciana
    lucie lucien lucille lucinda lucy ludovic ludwig luisa luiz lukasz lula luther lydia lyle
    lynda lyndon lynette lynn lynne mabel mack mackenzie maddison madeleine madeline madelyn
    mads mae magda magdalene maggie maik maja malcolm malin mallory malte mamie mandy manuela
    mara marc marcella marcelo marcia marcin marco marcos marcus margarita margarete marge
    margie margit margot margrethe marguerite mari maria mariah mariana marianne maribel
    marietta marija marilena marina mario marion maris marisa marissa marit marius marjorie
    markku marla marlon marsha marshall marta marten marthe marty marva marvin mascha massimo
    mateusz mathias mathilda mathilde matilda matt matthieu maud maura maureen maurice maurizio
    mauro mavis maxine may maynard megan meghan mel melina melinda melody melvin mercedes
    meredith merle micah micaela micheal michela michele mick mickey miguel mika mike mikhail
    mila milan mildred miles milena millicent millie milos milton mindy minerva minnie miranda
    mirella mirjam mirko misty mitchell mitch moira mollie mona monica monika monique morgan
    moritz morris morten mortimer moses muriel myles myra myriam myrna myron myrtle nadia
    nadine nadja nanette nannie natalia natalija natasha nathanael nathaniel neal ned nell
    nellie nelly nestor nettie nicholas nichole nick nicklas nicky nicola nicolai nicoletta
    nicolo niall nigel nikita niklas nikolaj nikolaos nikolaus nikole nils noelle noel nolan
    noreen norbert noreen norma norman oda oda odette odin odysseas ola olaf olav olena olga
    olivia ollie omar opal ophelia orlando orville osvaldo otis ottavia otto owen pablo paige
    pam pamela panagiotis paolo pascale pat patrice patricia patrick patrik patsy patti patty
    paulette paulina pauline pavel pawel pearl peggy penny percy perry petar petr petra philip
    philipp phil phoebe phyllis piotr polly preston priscilla quentin quincy rachael rafaela
    rafaella ragnar ramona randal randall raphael rasmus raul ray raymond reagan rebecca rebekah
    regina reginald reinhard reinhold remy rena renata renee reuben rex rhonda ricardo richie
    rick rickey ricky riley rita rob robbie roberta rocco rochelle rod roderick rodney rodolfo
    rodrigo rogelio rolando roland roman romain ron ronaldo ronnie rory rosalie rosalind
    rosalyn rosanna rosario roscoe roseanne rosemarie rosemary rosie ross rowan roxanne roxane
    rudi rudolf rudolph rudy rufus rupert ruslan rusty sabina sabrina sadie sally salvador
    salvatore sammy samson sandro sandy santino santos sascha sasha saul savannah sebastien
    selena selma serena serge sergej seth shane shania shannon shari sharron shaun shawn shawna
    shea sheila shelby sheldon shelia shelley shelly sheri sherman sherri sherry sheryl shirin
    sidney sidonie siegfried sigmund sigrun silas silke silvana silvio simon simona sindre
    sofie sofija solomon sonia sonja sonny sophia spencer stacey staci stacy stan stanislav
    stanley stefania stefanie stefano steffen stella stephan stephane stephanos steve stewart
    stig stina stuart susana susann susanna susannah susie suzanne suzette sven svend sybil
    sydney sylvain sylvester sylvia sylvie tabitha tadeusz tamara tamera tami tammi tammy tania
    tanisha tanja tanner tara tasha tatjana ted teddy terence teresa teri terrance terrell
    terrence terri tess tessa thaddeus thea theodor theodora theodore therese thelma thilo
    thor tiago tilda tillie tilly tim timmy tina tito tobin toby todd tom tommaso tommy toni
    tony tonya torben tore tracey traci tracy travis trent trevor tricia trina trisha tristan
    troy trudy tucker tyrone tyson ugo ulla ulrike umberto una uschi ute uwe valentin valentina
    valentino valeria valerie valery valter vanessa vaughn velma vera verena vernon veronica
    vicki vickie vicky victor victoria viktoria vilma vince viola violeta virgil vito vittoria
    vittorio vivian viviana vivien vivienne vlad vladislav volker wade walker wallace wally
    walter wanda warren wendell wendy wes wesley wilbur wilfred wilhelm wilhelmina willard
    willem willis wilma wim winifred winston wojtek woodrow xander xenia yanis yann yannick
    yasmina yolande yulia yvette yvon zach zachariah zack zane zara zelda zita zoey zoya
    aadhya abdel abdulrahman abhishek adnan afsaneh agnieszka ahmet aiko ajay akhil akihiro alaa
    alisher amina aminah amira anand anil anisa ankit anusha arash arif arjun armin arslan asad
    ashraf asma atsushi ayumi azadeh aziza babak bahar bao basim behnam bhavna binh chandra
    chanel chinonso damilola dariush dawit deniz dilip dina ebru ehsan ekene elham emeka ercan
    erhan farhan farid farida farzana fatemeh fereshteh firas gaurav ghada girish gita gokhan
    guang habib habiba hadi hadiya haifa hamza haruka hayat hisham hideo hiroko huda hung ifeanyi
    ilkay ines iqra irfan isamu ishan jaber jamila javad junko kaan kadir kamal kamala karan
    kayo kazuo keita kemal khadijah khaled kiran koji kumiko kunal laila lalita latif leyla
    lubna madhu mahdi mahesh mahsa maha majid makena manish mansoor marwa maryam masoud mayumi
    mehdi mina minako mitsuko mohan mona moustafa muna mukesh nabil nabila nader nadeem naeem
    nargis nasreen natsumi naveed nikhil nilufar nisha nobuko noura nuray obinna okan omid oya
    ozlem parvin payam pedram pradeep prakash pranav praveen qasim rabia rachana radhika rafiq
    rahim raja rajendra rakesh ramin ranjit rasheed rashmi ritu rohit roksana ruhi rukhsana saad
    sabah sadia saeed saida sajid sakshi saleema salma sameer samina sandeep sanjeev santosh
    saori sarita satish sayuri selim serkan shabnam shahla shahram shakil shanthi sharif shazia
    sheetal shigeru shinji shobha shreya shu shweta siddharth sinan sneha soheila sonali suleiman
    suman sumit surya sushma tahir tahira taro tarun tetsuya thuy tomoko trang tuba uday ugur
    usha usman uzma vandana varun vidya vikas vinay vishal vivek wafa wahid waleed xiaoli yan
    yash yasin yasir yasmeen yildiz yogesh yoshiko yousra yukiko yuriko zafar zahid zaheer zaid
    zakia zara zeeshan zehra zhanna zubaida
    """.split()
)

DOUBTFUL = frozenset(
    """
    ace april august autumn beau brandy brook bud buster candy
    chance charity chase chelsea cherry chuck clay cliff colt coral
    crystal daisy dale dean dee destiny dick dolly don drew dusty earl earnest ebony eden ernest
    essence eve fern flora florence forest forrest frank gay gene genesis german ginger glory guy
    gypsy harmony harper haven heather hero holly honey ike india iris israel ivory ivy jade
    jasmine jean jewel journey jury justice kay kit lance laurel lee liberty lily
    lou lucky magnolia major mark may melody merit merry miles milan milo mina mind
    misty neptune noble norm nova oda olive opal patience patty paris pearl
    pen penny piers pepper pierce poppy prince precious queen rex rob rod rowan royal ruby
    rusty sable sage sandy savannah scarlet serenity shea sienna sky skip sky sonny sterling
    sunny sunday tab taro tad temple tiger timber tore trinity trace tucker
    una van vance velvet venus victor victoria viola violet virginia wade walker warren wes
    wheeler willow winter woody yan jordan georgia carolina austin dallas madison
    """.split()
)
"""Names that are as often words, things or places; with another part of a name, they are names."""
