"""Words by which job titles, and medicines, are told from other short texts. Folded."""

from __future__ import annotations

__all__ = ["JOB_WORDS", "MEDICINES", "MEDICINE_ENDINGS"]

JOB_WORDS = frozenset(
    """
    accountant accountants actor actress adjuster administrator adviser advisor agent aide analyst
    apprentice architect artist assistant associate attendant attorney auditor baker banker barber
    bartender biologist bookkeeper broker builder butcher buyer captain caregiver caretaker
    carpenter cashier chauffeur chef chemist chief cleaner clerk coach commissioner conductor
    consultant contractor controller cook coordinator copywriter counsel counselor courier craftsman
    custodian dba dealer dentist deputy designer detective developer dietitian director dispatcher
    doctor driver drivers economist editor electrician engineer engineering examiner executive
    expediter farmer firefighter fireman fisherman foreman gardener geologist guard hairdresser head
    helper hostess housekeeper inspector installer instructor intern interpreter investigator
    janitor journalist judge laborer laborers labourer lawyer lecturer librarian lieutenant lineman
    machinist mailman maintenance manager managers mason mechanic merchandiser midwife miner
    musician nanny nurse nurses nursing officer official operative operator optician optometrist
    owner painter paralegal paramedic partner pharmacist photographer physician physicist
    physiotherapist pilot planner plumber police policeman porter president principal printer
    producer professional professor programmer psychiatrist psychologist radiographer realtor
    receptionist recruiter registrar reporter representative rep researcher roofer sailor salesman
    salesperson scientist seamstress secretary sergeant serviceman servant shopkeeper singer soldier
    solicitor specialist staff statistician steward stewardess strategist supervisor support surgeon
    surveyor sweeper tailor teacher technician technicians teller tester therapist tradesman trader
    trainee trainer translator treasurer tutor typist underwriter veterinarian waiter waitress
    warden watchman webmaster welder worker workers writer ceo cfo cto coo vp svp evp cio ciso
    anwalt arzt arztin angestellter angestellte arbeiter assistent assistentin auszubildender backer
    berater buchhalter chemiker elektriker erzieher erzieherin facharbeiter fahrer friseur friseurin
    gartner gesellin geselle handwerker hausfrau hausmeister informatiker ingenieur ingenieurin
    kassierer kauffrau kaufmann kellner kellnerin koch kochin krankenpfleger krankenschwester
    landwirt lehrer lehrerin leiter maler maurer mechaniker metzger pfleger polizist professorin
    rechtsanwalt rentner rentnerin sachbearbeiter schreiner schuler sekretarin student studentin
    techniker tischler verkaufer verkauferin agriculteur agricultrice artisan avocat avocate
    boulanger caissier chauffeur coiffeur comptable cuisinier employe employee enseignant etudiant
    facteur fonctionnaire infirmier infirmiere ingenieur instituteur jardinier macon medecin
    menuisier ouvrier plombier policier retraite serveur serveuse technicien vendeur vendeuse
    abogado abogada administrativo agricultor albanil ama arquitecto camarero camarera carpintero
    cocinero conductor contable contador dependiente electricista empleado empleada enfermera
    enfermero estudiante fontanero funcionario ingeniero ingeniera jornalero jubilado maestra
    maestro mecanico medica medico obrero panadero peluquera peluquero peon periodista pintor
    policia profesor profesora secretaria soldador tecnico vendedor vendedora avvocato autista
    barista cameriere casalinga commesso contadino cuoco falegname idraulico impiegato impiegata
    infermiera infermiere ingegnere insegnante muratore operaio operaia pensionato advogado
    agricultora aposentado cabeleireira carpinteiro cozinheiro eletricista empregada enfermeira
    enfermeiro engenheiro estudante jornalista mecanico motorista pedreiro pescador professora
    secretaria tecnica vendedor advocaat arts bakker boekhouder chauffeur docent huisvrouw kok
    leraar lerares loodgieter medewerker monteur onderwijzer schilder schoonmaker timmerman verkoper
    verpleegkundige
    """.split()
)

MEDICINES = frozenset(
    """
    acetaminophen albuterol allopurinol amiodarone amitriptyline amlodipine amoxicillin apixaban
    aripiprazole aspirin baclofen bupropion carbamazepine cetirizine ciprofloxacin citalopram
    clonazepam clonidine clopidogrel codeine dexamethasone diazepam diclofenac digoxin diltiazem
    diphenhydramine doxycycline duloxetine empagliflozin enoxaparin escitalopram estradiol
    famotidine fentanyl finasteride fluoxetine fluticasone furosemide gabapentin glipizide
    haloperidol heparin hydrochlorothiazide hydrocodone hydrocortisone hydroxyzine ibuprofen insulin
    ipratropium isosorbide lamotrigine latanoprost levetiracetam levothyroxine lithium loratadine
    lorazepam magnesium meloxicam metformin methadone methotrexate methylphenidate metronidazole
    midazolam mirtazapine montelukast morphine naloxone naproxen nitroglycerin norepinephrine
    olanzapine ondansetron oxycodone paracetamol phenytoin potassium prednisolone prednisone
    pregabalin prednison propofol quetiapine rivaroxaban salbutamol semaglutide sertraline
    sildenafil sitagliptin spironolactone tamsulosin tiotropium topiramate tramadol trazodone
    vancomycin venlafaxine warfarin zolpidem adderall advil ativan lipitor lantus ozempic prozac
    synthroid tylenol ventolin viagra xanax zoloft paracetamolo ibuprofeno metamizol metamizole
    novalgin omeprazol pantoprazol amoxicilina aspirina insulina levotiroxina metformina enalapril
    """.split()
)

MEDICINE_ENDINGS = (
    "pril", "sartan", "statin", "olol", "cillin", "mycin", "azole", "prazole", "formin", "gliptin",
    "gliflozin", "mab", "dipine", "oxetine", "azepam", "floxacin", "tidine", "parin", "xaban",
    "triptan", "cycline", "asone", "thiazide", "semide", "codone", "barbital", "caine", "tinib",
)  # fmt: skip
