"""Closed vocabularies that cells are compared with, folded as :func:`headers.fold` does."""

from __future__ import annotations

__all__ = [
    "BLOOD", "CITIES", "COUNTRIES", "EDUCATION", "EMPLOYMENT", "ETHNIC", "ETHNIC_TELLING", "FLAGS",
    "GENDER", "GENDER_TELLING", "INSURANCE", "LANGUAGES", "MARITAL", "MONTHS", "NULL_LIKE",
    "OCCUPATIONS", "ORGANIZATION", "ORIENTATION", "REGIONS", "RELIGIONS", "SPECIALTIES", "STREET",
]  # fmt: skip


def _lines(text: str) -> frozenset[str]:
    return frozenset(" ".join(entry.split()) for entry in text.split(",") if entry.strip())


NULL_LIKE = frozenset(
    ["", "-", "--", "---", "?", ".", "na", "n/a", "n.a.", "#n/a", "nan", "null", "(null)", "<null>",
     "nil", "none", "\\n", "<na>", "undefined", "missing", "not available", "nat", "k.a.", "s/o"]
)  # fmt: skip

FLAGS = frozenset(
    """
    yes no y n true false t f on off active inactive enabled disabled confirmed unconfirmed
    pending open closed done ok failed passed pass fail approved rejected verified unverified
    valid invalid ja nein oui non si sim nao vrai faux wahr falsch aktiv inaktiv complete
    completed incomplete cancelled canceled new current former never ever
    """.split()
)

GENDER_TELLING = _lines(
    """
    male, female, man, woman, mannlich, weiblich, maennlich, divers, homme, femme, masculin,
    feminin, hombre, mujer, masculino, femenino, varon, maschio, femmina, vrouw, transgender,
    nonbinary, non-binary, non binary, genderqueer, agender, intersex, trans man, trans woman,
    boy, girl, frau, mann, mannelijk, vrouwelijk, feminino
    """
)
GENDER = GENDER_TELLING | _lines(
    """
    m, f, w, d, h, x, u, v, k, o, other, unknown, unspecified, not specified, undisclosed, 0, 1, 2,
    3, 9, male/female, andere, autre, otro, not stated, prefer not to say, indeterminate, onbekend,
    xna, unbekannt, inconnu, desconocido, man
    """
)
MARITAL = _lines(
    """
    not married,
    single, married, divorced, widowed, separated, never married, never-married, unmarried, widow,
    widower, domestic partner, domestic partnership, civil union, civil partnership, cohabiting,
    engaged, partnered, common law, married-civ-spouse, married-spouse-absent, married-af-spouse,
    legally separated, living together, registered partnership, ledig, verheiratet, geschieden,
    verwitwet, getrennt lebend, celibataire, marie, mariee, divorce, divorcee, veuf, veuve, pacse,
    pacsee, concubinage, soltero, soltera, casado, casada, divorciado, divorciada, viudo, viuda,
    separado, separada, celibe, nubile, coniugato, coniugata, vedovo, vedova, gehuwd, ongehuwd,
    gescheiden, solteiro, solteira, verh., led., gesch., verw., verh, led, gesch, verw, pareja de
    hecho, eheahnlich, lebenspartnerschaft
    """
)
ETHNIC_TELLING = _lines(
    """
    asian, hispanic, latino, latina, latinx, caucasian, african american, black or african
    american, native american, american indian, american indian or alaska native, alaska native,
    pacific islander, native hawaiian, native hawaiian or other pacific islander,
    asian-pac-islander, amer-indian-eskimo, asian or pacific islander, hispanic or latino, not
    hispanic or latino, non-hispanic, not hispanic, multiracial, two or more races, mixed race,
    biracial, black african, black caribbean, white british, white irish, white european, black
    british, asian british, arab, roma, kurdish, maori, aboriginal, indigenous, han, middle
    eastern, south asian, east asian, southeast asian, white other, non-hispanic white,
    non-hispanic black, sub-saharan african, african, european, mestizo, mulatto, inuit, first
    nations, metis, afro-american, asiatisch, afrikanisch, black/african american,
    hispanic/latino, white hispanic, romani
    """
)
ETHNIC = ETHNIC_TELLING | _lines("white, black, other, mixed, unknown, indian, chinese, other race")
BLOOD = _lines("""
    a+, a-, b+, b-, ab+, ab-, o+, o-, 0+, 0-, a pos, a neg, b pos, b neg, ab pos, ab neg, o pos, o
    neg, a positive, a negative, b positive, b negative, ab positive, ab negative, o positive, o
    negative, a rh+, a rh-, b rh+, b rh-, ab rh+, ab rh-, o rh+, o rh-
    """
               )  # fmt: skip
EDUCATION = _lines(
    """
    high school, high school diploma, hs-grad, ged, some college, some-college, associate,
    associates, associate degree, assoc-acdm, assoc-voc, bachelor, bachelors, bachelor's,
    bachelor's degree, bachelor degree, master, masters, master's, master's degree, doctorate,
    phd, ph.d., md, jd, mba, bsc, msc, ba, ma, prof-school, preschool, 1st-4th, 5th-6th, 7th-8th,
    9th, 10th, 11th, 12th, primary school, primary, secondary, secondary school, tertiary,
    university, college, vocational, elementary, middle school, graduate, undergraduate,
    postgraduate, no schooling, less than high school, abitur, hauptschule, realschule, mittlere
    reife, lehre, diplom, promotion, baccalaureat, licence, doctorat, brevet, cap, bep,
    bachillerato, licenciatura, maestria, doctorado, primaria, secundaria, universidad, laurea,
    diploma, licenza media
    """
)
EMPLOYMENT = _lines(
    """
    private, state-gov, federal-gov, local-gov, self-emp-not-inc, self-emp-inc, without-pay,
    never-worked, employed, unemployed, self-employed, self employed, retired, student, full-time,
    full time, part-time, part time, contract, contractor, freelance, temporary, intern,
    homemaker, disabled, not in labor force, vollzeit, teilzeit, angestellt, selbstandig,
    arbeitslos, rentner
    """
)
OCCUPATIONS = _lines(
    """
    teacher, nurse, doctor, physician, engineer, farmer, lawyer, accountant, manager, driver,
    student, unemployed, retired, cook, chef, waiter, waitress, cashier, mechanic, electrician,
    plumber, carpenter, painter, clerk, secretary, salesperson, sales manager, software engineer,
    software developer, developer, programmer, data scientist, analyst, consultant, architect,
    artist, musician, actor, writer, journalist, editor, designer, photographer, scientist,
    researcher, professor, pharmacist, dentist, veterinarian, psychologist, therapist, social
    worker, police officer, firefighter, soldier, pilot, flight attendant, barber, hairdresser,
    tailor, baker, butcher, fisherman, miner, construction worker, laborer, labourer, cleaner,
    housekeeper, security guard, receptionist, librarian, translator, banker, economist, trader,
    shopkeeper, homemaker, housewife, self-employed, businessman, entrepreneur, administrator,
    technician, operator, supervisor, director, assistant, surgeon, midwife, paramedic, welder,
    machinist, truck driver, bus driver, taxi driver, civil engineer, project manager,
    adm-clerical, exec-managerial, handlers-cleaners, prof-specialty, other-service, craft-repair,
    transport-moving, farming-fishing, machine-op-inspct, tech-support, protective-serv,
    armed-forces, priv-house-serv, lehrer, lehrerin, krankenschwester, arzt, arztin, ingenieur,
    verkaufer, landwirt, rechtsanwalt, koch, fahrer, backer, professeur, infirmier, infirmiere,
    medecin, ingenieur, avocat, agriculteur, comptable, vendeur, cuisinier, profesor, profesora,
    maestro, enfermero, enfermera, medico, ingeniero, abogado, agricultor, contador, vendedor,
    cocinero, conductor, insegnante, infermiere, avvocato, ingegnere
    """
)
RELIGIONS = _lines(
    """
    christian, christianity, catholic, roman catholic, protestant, orthodox, muslim, islam, sunni,
    shia, jewish, judaism, hindu, hinduism, buddhist, buddhism, sikh, sikhism, jain, baptist,
    methodist, lutheran, anglican, presbyterian, evangelical, pentecostal, mormon, atheist,
    agnostic, jehovah's witness, bahai, taoist, shinto, katholisch, evangelisch, muslimisch,
    judisch, konfessionslos, romisch-katholisch, catholique, musulman, juif, protestante,
    catolico, catolica, musulmana, judio, cristiano, church of england, rk, ev
    """
)
ORIENTATION = _lines(
    """
    heterosexual, homosexual, bisexual, gay, lesbian, straight, pansexual, asexual, queer,
    heterosexuell, homosexuell, bisexuell, heterosexuel, homosexuel, bisexuel
    """
)
SPECIALTIES = _lines(
    """
    cardiology, oncology, neurology, pediatrics, paediatrics, orthopedics, orthopaedics, surgery,
    general surgery, internal medicine, emergency, emergency medicine, emergency department,
    psychiatry, dermatology, gynecology, gynaecology, obstetrics, urology, radiology,
    endocrinology, gastroenterology, nephrology, pulmonology, rheumatology, hematology,
    haematology, ophthalmology, ent, intensive care, icu, anesthesiology, geriatrics, maternity,
    infectious diseases, palliative care, rehabilitation, family medicine, kardiologie, onkologie,
    neurologie, padiatrie, chirurgie, innere medizin, psychiatrie, gynakologie, cardiologie,
    oncologie, pediatrie, urgences, cardiologia, oncologia, neurologia, pediatria, cirugia,
    urgencias, trauma, neonatology, obstetrics and gynecology, nicu
    """
)
INSURANCE = _lines(
    """
    medicare, medicaid, private, public, uninsured, self-pay, self pay, commercial, hmo, ppo, epo,
    tricare, va, aetna, cigna, humana, unitedhealthcare, united healthcare, blue cross, blue cross
    blue shield, bcbs, anthem, kaiser, kaiser permanente, chip, statutory, gesetzlich, privat,
    aok, tk, barmer, dak, cpam, mutuelle
    """
)
LANGUAGES = _lines(
    """
    english, french, german, spanish, italian, portuguese, dutch, arabic, chinese, mandarin,
    cantonese, japanese, korean, russian, hindi, urdu, bengali, punjabi, turkish, polish,
    ukrainian, romanian, greek, hebrew, persian, farsi, swahili, somali, amharic, hausa, yoruba,
    igbo, zulu, xhosa, afrikaans, vietnamese, thai, tagalog, filipino, indonesian, malay, tamil,
    telugu, marathi, gujarati, kannada, malayalam, nepali, sinhala, burmese, khmer, lao, czech,
    slovak, hungarian, finnish, swedish, norwegian, danish, icelandic, irish, welsh, catalan,
    basque, galician, croatian, serbian, bosnian, bulgarian, albanian, macedonian, slovenian,
    lithuanian, latvian, estonian, georgian, armenian, kurdish, pashto, dari, kinyarwanda,
    tigrinya, deutsch, englisch, franzosisch, spanisch, italienisch, turkisch, russisch, arabisch,
    anglais, francais, allemand, espagnol, italien, arabe, ingles, espanol, frances, aleman,
    italiano, arabe, inglese, francese, tedesco, spagnolo, nederlands, portugues,
    nahuatl, maya, zapoteco, mixteco, otomi, quechua, guarani, aymara, oromo, wolof, bambara,
    lingala, shona, sotho, tswana, mongolian, kazakh, uzbek, tajik, azerbaijani, tibetan, uyghur,
    sinhalese, odia, assamese, javanese, cebuano, luxembourgish, maltese, breton, sign language
    """
)
COUNTRIES = _lines(
    """
    afghanistan, albania, algeria, andorra, angola, argentina, armenia, australia, austria,
    azerbaijan, bahamas, bahrain, bangladesh, barbados, belarus, belgium, belize, benin, bhutan,
    bolivia, bosnia and herzegovina, botswana, brazil, brunei, bulgaria, burkina faso, burundi,
    cambodia, cameroon, canada, cape verde, central african republic, chile, china, colombia,
    congo, costa rica, croatia, cuba, cyprus, czech republic, czechia, denmark, djibouti,
    dominican republic, dominican-republic, ecuador, egypt, el salvador, el-salvador, england,
    eritrea, estonia, eswatini, ethiopia, fiji, finland, france, gabon, gambia, germany, ghana,
    greece, grenada, guatemala, guinea, guyana, haiti, holand-netherlands, honduras, hong, hong
    kong, hungary, iceland, india, indonesia, iran, iraq, ireland, israel, italy, ivory coast,
    cote d'ivoire, jamaica, japan, jordan, kazakhstan, kenya, kosovo, kuwait, kyrgyzstan, laos,
    latvia, lebanon, lesotho, liberia, libya, liechtenstein, lithuania, luxembourg, madagascar,
    malawi, malaysia, maldives, mali, malta, mauritania, mauritius, mexico, moldova, monaco,
    mongolia, montenegro, morocco, mozambique, myanmar, namibia, nepal, netherlands, the
    netherlands, new zealand, nicaragua, niger, nigeria, north korea, north macedonia, northern
    ireland, norway, oman, outlying-us(guam-usvi-etc), pakistan, palestine, panama, papua new
    guinea, paraguay, peru, philippines, poland, portugal, puerto rico, puerto-rico, qatar,
    romania, russia, rwanda, saudi arabia, scotland, senegal, serbia, seychelles, sierra leone,
    singapore, slovakia, slovenia, somalia, south, south africa, south korea, south sudan, spain,
    sri lanka, sudan, suriname, sweden, switzerland, syria, taiwan, tajikistan, tanzania,
    thailand, togo, trinadad&tobago, trinidad and tobago, tunisia, turkey, turkiye, turkmenistan,
    uganda, ukraine, united arab emirates, united kingdom, uk, united states, united states of
    america, united-states, usa, u.s.a., us, uruguay, uzbekistan, vatican, venezuela, vietnam,
    wales, yemen, yugoslavia, zambia, zimbabwe, columbia, american, british, german, french,
    italian, spanish, portuguese, dutch, belgian, swiss, austrian, polish, russian, ukrainian,
    turkish, greek, indian, pakistani, bangladeshi, chinese, japanese, korean, vietnamese,
    filipino, indonesian, mexican, brazilian, argentinian, colombian, canadian, australian,
    nigerian, kenyan, ghanaian, ethiopian, egyptian, moroccan, syrian, iraqi, iranian, afghan,
    israeli, south african, deutsch, deutschland, osterreich, schweiz, frankreich, italien,
    spanien, turkei, russland, polen, niederlande, vereinigte staaten, allemagne, angleterre,
    espagne, italie, suisse, belgique, maroc, algerie, tunisie, etats-unis, alemania, francia,
    espana, italia, suiza, estados unidos, reino unido, brasil, marruecos, germania, svizzera
    """
)
REGIONS = _lines(
    """
    alabama, alaska, arizona, arkansas, california, colorado, connecticut, delaware, florida,
    georgia, hawaii, idaho, illinois, indiana, iowa, kansas, kentucky, louisiana, maine, maryland,
    massachusetts, michigan, minnesota, mississippi, missouri, montana, nebraska, nevada, new
    hampshire, new jersey, new mexico, new york, north carolina, north dakota, ohio, oklahoma,
    oregon, pennsylvania, rhode island, south carolina, south dakota, tennessee, texas, utah,
    vermont, virginia, washington, west virginia, wisconsin, wyoming, district of columbia,
    ontario, quebec, british columbia, alberta, manitoba, saskatchewan, nova scotia, new
    brunswick, bayern, baden-wurttemberg, nordrhein-westfalen, hessen, sachsen, niedersachsen,
    rheinland-pfalz, schleswig-holstein, brandenburg, thuringen, sachsen-anhalt,
    mecklenburg-vorpommern, saarland, bretagne, normandie, occitanie, ile-de-france,
    nouvelle-aquitaine, hauts-de-france, grand est, andalucia, cataluna, comunidad de madrid,
    galicia, castilla y leon, pais vasco, new south wales, queensland, south australia, tasmania,
    lombardia, toscana, sicilia, lazio, piemonte, veneto
    """
)
CITIES = _lines(
    """
    new york, los angeles, chicago, houston, phoenix, philadelphia, san antonio, san diego,
    dallas, san jose, austin, jacksonville, fort worth, columbus, charlotte, san francisco,
    indianapolis, seattle, denver, boston, el paso, nashville, detroit, oklahoma city, portland,
    las vegas, memphis, louisville, baltimore, milwaukee, albuquerque, tucson, fresno, sacramento,
    kansas city, mesa, atlanta, omaha, colorado springs, raleigh, miami, oakland, minneapolis,
    tulsa, tampa, new orleans, cleveland, honolulu, anaheim, st. louis, pittsburgh, cincinnati,
    orlando, newark, buffalo, springfield, salt lake city, richmond, rochester, spokane, boise,
    des moines, madison, london, birmingham, manchester, liverpool, leeds, sheffield, bristol,
    glasgow, edinburgh, cardiff, belfast, newcastle, nottingham, leicester, dublin, cork, galway,
    berlin, hamburg, munchen, munich, koln, cologne, frankfurt, frankfurt am main, stuttgart,
    dusseldorf, dortmund, essen, leipzig, bremen, dresden, hannover, nurnberg, nuremberg,
    duisburg, bochum, bonn, munster, karlsruhe, mannheim, augsburg, wien, vienna, graz, linz,
    salzburg, innsbruck, zurich, geneva, geneve, basel, bern, lausanne, paris, marseille, lyon,
    toulouse, nice, nantes, strasbourg, montpellier, bordeaux, lille, rennes, reims, grenoble,
    dijon, madrid, barcelona, valencia, sevilla, seville, zaragoza, malaga, murcia, palma, bilbao,
    alicante, cordoba, valladolid, vigo, granada, lisbon, lisboa, porto, braga, coimbra, rome,
    roma, milan, milano, napoli, naples, torino, turin, palermo, genova, genoa, bologna, firenze,
    florence, venezia, venice, verona, amsterdam, rotterdam, the hague, den haag, utrecht,
    eindhoven, groningen, brussels, bruxelles, antwerp, antwerpen, ghent, gent, bruges,
    copenhagen, kobenhavn, aarhus, stockholm, goteborg, gothenburg, malmo, oslo, bergen, helsinki,
    tampere, turku, warsaw, warszawa, krakow, gdansk, wroclaw, poznan, lodz, prague, praha, brno,
    budapest, bucharest, sofia, athens, thessaloniki, istanbul, ankara, izmir, moscow, saint
    petersburg, kyiv, kiev, lviv, odessa, minsk, riga, vilnius, tallinn, belgrade, zagreb,
    ljubljana, sarajevo, cairo, alexandria, lagos, abuja, kano, ibadan, nairobi, mombasa, kampala,
    kigali, addis ababa, dar es salaam, accra, kumasi, dakar, abidjan, casablanca, rabat, tunis,
    algiers, johannesburg, cape town, durban, pretoria, harare, lusaka, luanda, kinshasa, tehran,
    baghdad, riyadh, jeddah, dubai, abu dhabi, doha, kuwait city, amman, beirut, damascus,
    jerusalem, tel aviv, haifa, karachi, lahore, islamabad, delhi, new delhi, mumbai, bangalore,
    bengaluru, chennai, kolkata, hyderabad, pune, ahmedabad, jaipur, dhaka, chittagong, colombo,
    kathmandu, kabul, beijing, shanghai, guangzhou, shenzhen, chengdu, wuhan, hong kong, taipei,
    tokyo, osaka, kyoto, yokohama, nagoya, sapporo, seoul, busan, bangkok, hanoi, ho chi minh
    city, manila, jakarta, surabaya, kuala lumpur, singapore, sydney, melbourne, brisbane, perth,
    adelaide, canberra, auckland, wellington, christchurch, toronto, montreal, vancouver, calgary,
    ottawa, edmonton, winnipeg, mexico city, ciudad de mexico, guadalajara, monterrey, bogota,
    medellin, cali, lima, quito, guayaquil, santiago, buenos aires, rosario, sao paulo, rio de
    janeiro, brasilia, salvador, fortaleza, recife, belo horizonte, curitiba, porto alegre,
    caracas, montevideo, havana, san juan, la paz, asuncion
    """
)
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar janvier janv enero ene gennaio janeiro januari",
            "feb february februar fevrier fevr febrero febbraio fevereiro februari",
            "mar march marz maerz mars marzo marco maart mrz",
            "apr april avril avr abril abr aprile",
            "may mai mayo maggio maio mei",
            "jun june juni juin junio giugno junho",
            "jul july juli juillet juil julio luglio julho",
            "aug august aout agosto ago augustus",
            "sep sept september septembre septiembre settembre setembro",
            "oct october oktober okt octobre octubre ottobre outubro",
            "nov november novembre noviembre novembro",
            "dec december dezember dez decembre diciembre dic dicembre dezembro",
        ),
        start=1,
    )
    for word in words.split()
}
STREET = frozenset(
    """
    street st avenue ave road rd boulevard blvd lane ln drive dr court ct place pl way terrace ter
    parkway pkwy highway hwy circle cir square sq trail trl close crescent grove gardens mews park
    row alley plaza walk loop route extension ridge expressway freeway apt suite ste unit strasse
    str weg platz allee gasse ring damm ufer chaussee rue bd chemin impasse quai cours allees
    place calle avenida avda av paseo carrer camino plaza via viale corso piazza vicolo largo rua
    travessa estrada praca straat laan plein gracht kade ulica ul cad caddesi sokak gatan vagen
    gata vej gade
    """.split()
)
ORGANIZATION = frozenset(
    """
    inc incorporated ltd limited llc llp plc corp corporation co company gmbh ag kg ohg mbh ev sa
    sarl sas sl slu spa srl bv nv ab as oy oyj aps pty pvt holdings holding group groupe gruppe
    international university universitat universidad universite college school institute hospital
    clinic klinik hopital foundation stiftung association verein bank insurance partners
    associates bros sons ministry department agency council committee society church cross
    technologies solutions systems industries services consulting labs who unicef unhcr wfp undp
    unesco oxfam msf ngo
    """.split()
)
