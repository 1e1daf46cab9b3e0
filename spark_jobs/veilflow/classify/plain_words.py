"""Words that are in any text, and in clinical text above all: alone they don't say who somebody is.

Three kinds, folded as :func:`headers.fold` does: names that are as often plain words
(:data:`name_words.ORDINARY`), words of clinical English, and words that are one edit away from a
common name. What is listed here is never taken for a name by itself; next to another part of a
name, or after a title, it still is. :data:`EPONYMS` are names by which diseases, signs and tests
are called: they are names, unless one of :data:`EPONYM_NOUNS` follows.
"""

from __future__ import annotations

from veilflow.classify.name_words import ORDINARY, TITLES
from veilflow.classify.words import MONTHS, SPECIALTIES

__all__ = ["EPONYMS", "EPONYM_NOUNS", "PLAIN_WORDS", "RELATIONS"]

EPONYMS = frozenset(
    """
    addison alzheimer asperger babinski baker barrett bell bowen burkitt charcot chagas crohn
    cushing doppler down dupuytren ehlers epstein ewing fallot foley glasgow gram graves guillain
    hashimoto heimlich hodgkin horner huntington kaposi kawasaki kernig koplik langerhans lewy
    lyme marfan meniere murphy osgood paget parkinson raynaud reye reynaud rinne romberg rorschach
    sjogren swan ganz tay sachs tourette trendelenburg turner valsalva weber wernicke
    whipple wilms wilson wright apgar barre cheyne stokes ringer hartmann allen lachman
    """.split()
)

EPONYM_NOUNS = frozenset(
    """
    disease syndrome sign test score scale palsy lymphoma sarcoma contracture phenomenon fracture
    esophagus oesophagus manoeuvre maneuver reflex stain tumor tumour cyst node nodes ulcer angle
    law index criteria classification procedure position bodies body thyroiditis dystrophy
    respiration triad point lactate solution tetralogy chorea virus
    """.split()
)

RELATIONS = frozenset(
    """
    mother father mom dad mum son daughter sister brother wife husband spouse partner aunt uncle
    grandmother grandfather grandson granddaughter niece nephew cousin guardian caregiver carer
    friend neighbour neighbor fiance fiancee stepmother stepfather parents parent child children
    kid kids boyfriend girlfriend roommate flatmate grandma grandpa granny stepson stepdaughter
    stepbrother stepsister godson goddaughter godmother godfather widow widower bridesmaid landlord
    landlady babysitter nanny mere pere fils fille frere soeur mari epouse madre padre hijo hija
    hermano hermana esposo esposa figlio figlia fratello sorella marito moglie
    """.split()
)

_WRITTEN = frozenset(
    """
    a about above according accompanied aching acute added adjusted admission admit admitted advised
    after afternoon again against age aged ago agreed alert all allergic allergies allergy alone
    along already also although always am ambulance among amount an and ankle another any anxious
    apparent appeared appears appointment approved are arm around arrange arranged arrival arrived
    as ask asked aspirin assessment at attended attending available avoid aware away baby back
    balance based baseline bed been before began begin being believe below benign best better
    between bilateral bleed bleeding blood bloods body both bowel breast breath breathing brief
    bring brought but by call called came can cancer cannot card cardiac care careful carer case
    cause cell change changed changes chart check checked chest chief chronic clear clinic clinical
    clinician close code cold colleague come comes comfortable common complained complaint
    complaints complete completed complex condition confirmed confused conscious consent consider
    considered consistent constant consult contact continue continued control controlled cough
    could course cover culture current currently daily date dated day days dear decided decline
    decrease decreased delivered delivery denied denies department describes detail details
    develop developed diagnosed diagnosis diagnostic dictated did diet difficult difficulty
    discharge discharged discomfort discussed disease distress dizzy do doctor does doing domestic
    done dose doses doubt down dressing drink drug drugs dry due during each ear early ease eat
    edema effect effects effusion either elbow elevated eliminated else emergency encounter end
    enough entered equal evening event ever every evidence exam examination examined except
    exercise expect expected explained extremity eye eyes face facility failure fair fall
    fallen family far fasting father feel feeling fell felt fever few find findings fine finger
    first fit five fluid follow followed following food foot for form found four fracture free
    frequent fresh from full further gait gave general generally get give given glad go goal
    going good got grade gradual great growth guidance had half hand hands has have having head
    headache heal health healthy hear heard heart heavy height held help helped her here high him
    hip his history hold home hospital hour hours house how however hurt if ill illness imaging
    immediate imp impression improved improvement in include including increase increased
    infection inform information informed initial injury inpatient instead instructed instructions
    insulin interpreter into is issue issues it its itself joint just keep kept kidney kind knee
    known lab labs large last late later least left leg legs less let level levels life light like
    likely limb limited line list listed little liver living local long longer look looked loss
    lost lot low lower lung lungs made main major make male man manage managed management many
    marked mass may me meal mean measured medical medication medications medicine member mental
    message mild milk mind minor minute minutes missed mobile moderate moist moment monitor
    monitored month monthly months mood more morning most mother motion mouth move moved movement
    moving much muscle must my name nausea near neck need needed needs negative nerve nervous never
    new next night no noise none nor normal normally nose not note noted notes nothing notice now
    number numb nurse nursing oedema of off office often old on once one only onset open operation
    opinion or oral order ordered other our out outpatient over overall overnight own pain painful
    pale pallor part past patient patients pending people per period person phone physical
    physician pill place plan planned plans please plus point poor portal portion position positive
    possible possibly post practice prepared prescribed prescription present presented presents
    pressure prevent previous previously prior private probable problem problems procedure progress
    prompt proper protein provide provided pt public pulse pupil put question questions quick
    quiet quite range rash rate rather reaction read ready real reason reassured recall
    received recent recently recommend recommended recommends record records recover recovery red
    reduce reduced refer referral referred referring regard regarding regards regular reject
    relate related relief remain remained remains repeat replaced report reported reports request
    required respond response rest result results retained return returned returns review reviewed
    right ring rise risk room round routine rule run rx said same sample saw say says scan schedule
    scheduled screen second section see seek seem seems seen send sent sepsis serious service
    session set settled several severe shall she short should shoulder show showed shown shows sick
    side sign signature signed signs simple since single sit site six size skin sleep slept slight
    slow slowly small smoke smoker social soft solid some soon sore sort spasm speak speech
    spoke stable staff stage stand standard start started state stated status stay stayed steady
    steps still stomach stool stop stopped straight strength stress stroke strong study subject
    such sudden suffer suggest suggested suitable summary supply support supported sure surgery
    surgical suspect suspected sweat swelling symptom symptoms system systolic table tablet take
    taken taking talk tel telephone tell temp temperature ten tender tenderness term terms test
    tested tests than thank thanks that the their them then therapy there these they thick thin
    thing things think third this those thought three throat through throughout time times tired
    to today together told tolerate tolerated tomorrow tone tongue too took top total toward
    towards transfer transferred treat treated treatment trial tube turn turned twice two type
    ulcer ultrasound unable under understood unit until unusual up upon upper upset urgent urine us
    use used using usual value various vein very via view virus vision visit visited visits visual
    vital vitals vomit vomiting waist wait waiting walk walked walking want wanted ward warm was
    watch water way we weak weakness wean wear week weekly weeks weight well went were wet what
    wheeze when where which while white who whole whom whose why wide will wish with within without
    witnessed woke woman work worked working worried worse worsening would wound wrist write written
    wk yd year yearly years yes yesterday yet you young your avenue boulevard city county
    drive place road square state street suite town unit village monday tuesday wednesday thursday
    friday saturday sunday english spanish french german portuguese chinese arabic turkish russian
    american european asian african regional national central
    sincerely mister madam ladies gentlemen lady gentleman girl boy
    redacted removed masked person location organization identifier email address unknown
    """.split()
)

PLAIN_WORDS = (
    _WRITTEN
    | ORDINARY
    | RELATIONS
    | TITLES
    | frozenset(MONTHS)
    | frozenset(word for entry in SPECIALTIES for word in entry.split())
)
"""What is never taken for somebody's name by itself."""
