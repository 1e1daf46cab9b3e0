"""Common given names and family names of many languages, folded as :func:`headers.fold` does.

A small, general list: it says whether a column holds names, not who somebody is. Names that are
more often something else (months, colours, cities) are left out on purpose.
"""

from __future__ import annotations

__all__ = ["CJK_FAMILY", "FAMILY", "GIVEN", "ORDINARY", "TITLES"]

GIVEN = frozenset(
    """
    james john robert michael william david richard joseph thomas charles christopher daniel matthew
    anthony donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason
    jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin
    samuel gregory frank alexander raymond patrick jack dennis jerry tyler aaron jose adam henry
    nathan douglas zachary peter kyle walter ethan jeremy harold keith christian roger noah gerald
    carl terry sean austin arthur lawrence jesse dylan bryan joe jordan billy bruce albert willie
    gabriel logan alan juan wayne roy ralph randy eugene vincent russell elijah louis bobby philip
    johnny mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa betty
    margaret sandra ashley kimberly emily donna michelle dorothy carol amanda melissa deborah
    stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma
    nicole helen samantha katherine christine debra rachel catherine carolyn janet ruth maria
    heather diane virginia julie joyce evelyn joan christina kelly lauren frances martha judith
    cheryl megan andrea olivia ann alice jean doris kathryn hannah jacqueline gloria teresa sara
    janice julia marie madison grace judy theresa beverly denise marilyn amber danielle brittany
    diana abigail jane natalie lori tiffany alexis kayla chloe ella lucas liam mason oliver leo
    harry charlie oscar archie alfie freddie theo isla ava mia poppy sophie lily ruby evie freya
    hans peter wolfgang klaus jurgen juergen dieter manfred uwe gunter guenter gunther horst bernd
    karl heinz werner helmut gerhard andreas stefan thorsten torsten markus matthias sven jens
    tobias florian sebastian felix lukas jonas moritz maximilian fritz ernst kurt dirk ralf rolf
    ulrich ursula renate monika petra sabine gabriele susanne brigitte karin ingrid helga gisela
    elke birgit heike katharina claudia silke anja martina kerstin angelika jutta christa erika
    greta frieda lena leonie johanna charlotte annette beate dagmar bjorn
    jean pierre michel andre philippe alain jacques bernard francois gerard rene marcel christophe
    nicolas laurent julien olivier pascal thierry frederic guillaume antoine maxime mathieu hugo
    luc yves didier sylvie isabelle nathalie monique francoise chantal nicole anne valerie
    veronique sandrine celine aurelie camille manon chloe lea juliette margaux amelie elodie
    helene genevieve odile brigitte claire noemie
    antonio jose manuel francisco juan javier carlos miguel jesus alejandro rafael pedro pablo
    angel sergio fernando luis jorge alberto alvaro diego raul enrique ramon vicente andres joaquin
    ignacio ricardo eduardo mario roberto oscar ruben guillermo hector santiago mateo emiliano
    carmen josefa isabel ana dolores pilar teresa rosa cristina lucia concepcion mercedes francisca
    elena paula raquel sofia marta beatriz rocio silvia alba irene guadalupe valentina ximena
    gabriela daniela fernanda camila mariana alejandra veronica yolanda luisa esperanza consuelo
    giuseppe giovanni antonio mario luigi francesco angelo vincenzo pietro salvatore domenico
    franco bruno paolo michele giorgio luca marco matteo lorenzo alessandro davide simone andrea
    stefano fabio giulia francesca chiara federica giovanna lucia rosa paola alessia martina elisa
    giorgia ilaria valentina
    joao pedro paulo tiago goncalo rui nuno luiz fernanda beatriz ines mariana leticia larissa
    thiago gustavo rodrigo felipe vitor caio
    jan piet kees willem hendrik johannes cornelis gerrit joost maarten bram daan sem lotte sanne
    femke anouk marieke saskia wouter jeroen pieter sjoerd
    lars erik anders johan karl mikael magnus nils gustav olof bjorn ingrid astrid karin kristina
    birgitta margareta linnea sigrid freja soren mette jens niels kirsten hanne ole knut harald
    solveig liv sverre aino matti juhani timo pekka anneli kaisa eero helmi
    andrzej piotr krzysztof tomasz pawel jakub marcin michal grzegorz wojciech stanislaw zbigniew
    anna katarzyna malgorzata agnieszka barbara ewa krystyna elzbieta zofia magdalena joanna
    aleksandra jadwiga jiri petr pavel tomas martin jaroslav zdenek vaclav eva hana lenka jana
    laszlo istvan zoltan ferenc gabor attila katalin erzsebet ildiko ion mihai andrei vasile elena
    ioana
    ivan dmitri dmitry sergei sergey alexei aleksei alexey nikolai vladimir mikhail igor oleg
    andrei boris yuri viktor anatoly konstantin olga svetlana natalia natalya tatiana irina
    ekaterina anastasia ludmila galina nadezhda oksana yulia ksenia milica jovan dragan zoran goran
    marko nikola ana ivana jelena
    mehmet mustafa ahmet ali huseyin hasan ibrahim ismail osman murat yusuf omer emre can burak
    fatma ayse emine hatice zeynep elif merve busra sibel esra
    mohammed mohamed muhammad mohammad ahmed mahmoud hassan hussein hussain abdullah abdul omar
    umar khalid youssef yousef yusuf tariq karim samir rashid hamza bilal salim faisal nasser
    mustapha rachid said hamid jamal walid ziad anwar fatima aisha aysha khadija zainab maryam
    mariam amina leila layla noor nour yasmin yasmine samira nadia salma hanan huda rania amal
    farah zahra soraya malika reza hossein mehdi amir parisa shirin niloufar
    raj rahul amit sanjay vijay anil suresh ramesh rajesh sunil arjun rohan vikram ashok deepak
    manoj arun ravi krishna aarav vivaan aditya priya anjali sunita pooja neha kavita lakshmi
    meena rekha geeta sita divya shreya ananya isha deepa radha harpreet gurpreet manpreet
    imran asif nasir shahid zubair sana ayesha
    wei fang min jing lei qiang yan jun hui ping xin yong jie xiuying xia ming haoran zihan yuxuan
    mei ling hong yun hiroshi takashi kenji satoshi yuki haruto yuto sota akira makoto sakura
    yoko keiko naoko yumi aiko hana ayumi misaki minjun seojun jiwoo soyeon jisoo hyun jihoon
    eunji yeon nguyen thanh minh anh linh hoa huong tuan duc phuong somchai siti nurul budi agus
    dewi putri ahmad rizal aziz jose marisol jun
    kwame kofi ama akosua yaw abena kwabena chidi chinedu emeka ngozi chioma adaeze amara ifeoma
    oluwaseun tunde olumide folake yetunde babajide segun funmilayo aminata mamadou ousmane fatou
    ibrahima moussa seydou awa mariama thabo sipho nomsa lerato zanele mandla bongani wanjiru
    wambui kamau njeri otieno achieng wanjiku kiprop juma baraka neema tendai tinashe rutendo
    abebe tigist bekele selam haile aster
    kai makoa leilani moana tane aroha wiremu hinemoa
    moshe david yosef avraham shlomo rivka miriam tamar noa yael shira eitan ari
    giorgos dimitris yannis nikos kostas eleni katerina vasiliki ioanna sophia zoe aria luna
    penelope scarlett aurora stella hazel violet isaac caleb wyatt carter hunter connor dominic
    xavier ian evan cole maya naomi kate molly erin tara shannon siobhan niamh aoife sinead ciara
    saoirse padraig eoin cian seamus declan rhys owen gareth dylan angharad carys hamish ewan iain
    fiona catriona kirsty zoltan anders agnes clara edith ines irma jade jenny katrin kim marlene
    melanie nina nora pia rita romy ronja sonja svenja tanja vera wilma yvonne noemi elias emil
    anton julian jannik finn paula ida mila lina luisa
    """.split()
)

FAMILY = frozenset(
    """
    smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez
    gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris
    sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill
    flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips
    evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers
    gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson
    watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders
    patel myers long ross foster jimenez powell jenkins perry russell sullivan bell coleman butler
    henderson barnes gonzales fisher vasquez simmons romero jordan patterson alexander hamilton
    graham reynolds griffin wallace moreno west cole hayes bryant herrera gibson ellis tran medina
    aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald woods washington
    kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson simpson porter
    hunter gordon mendez silva shaw snyder mason dixon munoz hunt hicks holmes palmer wagner black
    robertson boyd rose stone salazar fox warren mills meyer rice schmidt garza daniels ferguson
    nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins
    muller mueller schneider fischer weber schulz schulze becker hoffmann schafer schaefer koch
    bauer richter klein wolf schroder schroeder neumann schwarz zimmermann braun kruger krueger
    hofmann hartmann lange schmitt werner schmitz krause meier lehmann schmid maier kohler koehler
    herrmann konig koenig walter mayer huber kaiser fuchs peters lang scholz moller moeller weiss
    jung hahn schubert vogel friedrich keller gunther frank berger winkler roth beck lorenz baumann
    franke albrecht schuster simon ludwig bohm boehm winter kraus martin schumacher kramer vogt
    bernard dubois durand moreau laurent simon michel lefebvre leroy roux david bertrand morel
    fournier girard bonnet dupont lambert fontaine rousseau vincent muller lefevre faure andre
    mercier blanc guerin boyer garnier chevalier francois legrand gauthier perrin robin clement
    morin nicolas mathieu roussel gautier masson marchand duval denis dumont marie lemaire noel
    meyer dufour meunier brun blanchard giraud joly riviere lucas brunet gaillard barbier arnaud
    gerard renard schmitt roy
    rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti
    deluca mancini costa giordano rizzo lombardi moretti barbieri fontana santoro mariani rinaldi
    caruso ferrara galli martini leone longo gentile martinelli
    santos oliveira souza rodrigues ferreira alves pereira lima gomes ribeiro carvalho almeida
    lopes soares fernandes vieira barbosa rocha dias nunes marques machado mendes freitas cardoso
    sousa martins fonseca moreira teixeira correia
    dominguez vazquez blanco molina navarro delgado ortega rubio marin sanz iglesias nunez medina
    garrido cortes castillo santos lozano guerrero cano prieto mendez calvo gallego vidal leon
    herrero flores cabrera pena campos vega fuentes carrasco diez reyes caballero nieto aguilar
    pascual santana herrera lorenzo montero hidalgo gimenez ibanez ferrer duran benitez mora
    dejong jong jansen vries berg bakker dijk visser smit meijer boer mulder groot bos vos hendriks
    leeuwen dekker brouwer wit dijkstra smits graaf meer linden kok jacobs haan vermeulen
    andersson johansson karlsson nilsson eriksson larsson olsson persson svensson gustafsson
    hansen johansen olsen larsen andersen pedersen nilsen kristiansen jensen karlsen nielsen
    christensen rasmussen sorensen jorgensen madsen korhonen virtanen makinen nieminen lindqvist
    lindberg lindstrom bergstrom
    nowak kowalski kowalska wisniewski wojcik kowalczyk kaminski lewandowski zielinski szymanski
    wozniak dabrowski kozlowski jankowski mazur novak svoboda novotny dvorak cerny prochazka
    horvath kovacs szabo toth nagy varga kiss molnar popescu ionescu popa radu
    ivanov petrov sidorov smirnov kuznetsov popov vasiliev sokolov mikhailov novikov fedorov
    morozov volkov alekseev lebedev semenov egorov pavlov kozlov stepanov nikolaev orlov andreev
    makarov ivanova petrova smirnova kuznetsova popova shevchenko kovalenko bondarenko tkachenko
    jovanovic petrovic nikolic markovic djordjevic kovacevic horvat
    yilmaz kaya demir celik sahin yildiz yildirim ozturk aydin ozdemir arslan dogan kilic aslan
    cetin kara koc kurt ozkan simsek
    mohammed mohamed ahmed ali hassan hussein ibrahim khan hussain malik sheikh shaikh abdullah
    rahman islam hasan noor saleh salem nasser haddad khoury mansour farouk aziz qureshi siddiqui
    chaudhry butt mirza iqbal hosseini ahmadi mohammadi karimi rezaei benali bouazza alaoui
    singh kumar sharma gupta shah patel verma mehta joshi reddy rao nair iyer kapoor chopra
    malhotra agarwal desai kaur das roy banerjee mukherjee chatterjee bose ghosh sen mishra pandey
    yadav chauhan pillai menon perera fernando silva de
    wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang
    xie song tang deng han feng cao peng zeng xiao tian dong pan yuan cai jiang wong chan leung
    cheung lam ng ho tan lim goh chua ong sato suzuki takahashi tanaka watanabe ito yamamoto
    nakamura kobayashi kato yoshida yamada sasaki yamaguchi matsumoto inoue kimura hayashi shimizu
    mori park choi jung kang cho yoon jang lim han oh seo shin kwon hwang tran pham phan vu vo dang
    bui ngo duong ly dinh wijaya santoso hidayat setiawan reyes delacruz bautista garcia
    okafor okonkwo okeke eze nwosu obi adeyemi adebayo balogun ogunleye oladipo bello musa sani
    abubakar mensah owusu boateng asante osei appiah diallo traore coulibaly toure keita camara
    diop ndiaye fall sow ba cisse kone ouedraogo mwangi kamau otieno odhiambo wanjiru kariuki
    njoroge ochieng kimani dlamini nkosi ndlovu zulu khumalo mokoena sithole moyo ncube banda phiri
    mutasa tesfaye bekele haile abebe
    cohen levy mizrahi peretz biton friedman katz goldberg shapiro rosenberg goldstein
    papadopoulos papadakis georgiou nikolaidis oconnor oneill obrien byrne doyle mccarthy gallagher
    doherty kennedy lynch quinn mcloughlin connolly daly wilson brennan burke dunne fitzgerald
    macdonald mackenzie macleod cameron fraser sinclair davies griffiths lloyd rees bowen pritchard
    """.split()
)

ORDINARY = frozenset(
    """
    brown rice green black white gray rose long young king hill wood woods stone fox bell price cook
    hall grant ford west mills reed ward brooks park cross sun song mark will cole wells shaw hunt
    hunter mason carter porter cooper fisher gardner parker butler baker winter lange gross gallo
    jung kang kiss toth bun lily poppy ruby amber violet hazel jade grace luna stella aurora can
    angel star dean major minor nice low her pan tan oh ba he do sow fall noble blanc conti leon
    campos vega costa rocha lima marina silver gold wolf jordan logan austin madison charlotte
    dawn joy hope faith max art ray bill pat sue rich basil olive clement mercy dawn sierra robin
    martin page day love best post bond moon star
    """.split()
)
"""Names that are as often plain words: one alone doesn't make a text a name."""

TITLES = frozenset(
    "mr mrs ms miss mx dr doctor prof professor sir herr frau fraulein monsieur madame mme mlle "
    "senor senora srta sr sra don dona signor signora dott dottssa ing md phd rn esq jr sr ii iii "
    "dipl med do np dds mag hon rev".split()
)

CJK_FAMILY = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁"
    "張劉陳楊黃趙吳孫馬羅鄭謝許鄧韓馮蕭葉蘇呂佐鈴高田渡伊山中小加吉佐斎松井木清森池橋阿石前藤金이김박최정"
    "강조윤장임한오서신권황안송류전홍"
)
