"""What patients come for: ICD-10-CM codes with who gets them, where, and for how long.

The eight digits of ``ages`` weigh a code within the age bands of :data:`AGE_BANDS`; all zero, it is
only given on the day of birth. The weights are plausible, not epidemiology.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from veilflow.sample_data.draw import Bools, Choice, Floats, Ints

__all__ = ["AGE_BANDS", "AT_BIRTH_WEIGHTS", "DEPARTMENTS", "Diagnoses", "diagnoses"]

AGE_BANDS = (1, 5, 15, 25, 45, 65, 85)
"""A band ends before each of these ages; the eighth is open."""

DEPARTMENTS = (
    "Emergency",
    "Internal Medicine",
    "Primary Care",
    "Pediatrics",
    "Cardiology",
    "Pulmonology",
    "Oncology",
    "Obstetrics",
    "Orthopedics",
    "Neurology",
    "Psychiatry",
    "Gastroenterology",
    "Urology",
    "Nephrology",
    "Endocrinology",
    "Surgery",
    "Ophthalmology",
    "Dermatology",
)
_PEDIATRICS = DEPARTMENTS.index("Pediatrics")
_FOR_CHILDREN = ("Internal Medicine", "Primary Care", "Pulmonology")

AT_BIRTH_WEIGHTS = (80, 14, 6)
"""How often each of the table's first codes is given on the day of birth."""

# code | sex | ages | department | days in hospital, 0 = outpatient | chronic | cost of the visit |
# what it is, and below: what the patient tells | what is done
_TABLE = """
Z38.00 | * | 00000000 | Obstetrics | 2 | - | 2900 | single liveborn infant
    birth in the hospital | routine newborn care and screening
P59.9 | * | 00000000 | Pediatrics | 2 | - | 1900 | neonatal jaundice
    yellow skin on day three | phototherapy
P07.30 | * | 00000000 | Pediatrics | 14 | - | 9000 | preterm newborn
    birth before term | incubator and assisted feeding
Z00.129 | * | 77500000 | Primary Care | 0 | - | 210 | routine child health examination
    a planned check-up | reassurance and growth chart update
Z23 | * | 55321221 | Primary Care | 0 | - | 120 | immunization
    a planned vaccination | vaccine given in the left deltoid
J21.9 | * | 61000000 | Pediatrics | 2 | - | 2400 | acute bronchiolitis
    wheezing and poor feeding | oxygen and nasal suction
H66.90 | * | 37310000 | Primary Care | 0 | - | 260 | otitis media
    ear pain since yesterday | amoxicillin 80 mg/kg for seven days
J06.9 | * | 37532112 | Primary Care | 0 | - | 190 | acute upper respiratory infection
    a sore throat and cough | rest and fluids
B34.9 | * | 35432111 | Emergency | 0 | - | 640 | viral infection
    fever for three days | paracetamol as needed
J45.909 | * | 04742211 | Pulmonology | 0 | c | 480 | asthma
    shortness of breath at night | albuterol inhaler, two puffs as needed
A09 | * | 33222122 | Emergency | 1 | - | 980 | gastroenteritis
    vomiting and diarrhea | oral rehydration
K35.80 | * | 01552100 | Surgery | 2 | - | 7200 | acute appendicitis
    pain in the right lower belly | laparoscopic appendectomy
F90.9 | * | 00741000 | Psychiatry | 0 | c | 330 | attention-deficit hyperactivity disorder
    trouble concentrating at school | methylphenidate 18 mg in the morning
F84.0 | * | 02410000 | Psychiatry | 0 | c | 390 | autistic disorder
    a planned developmental review | speech therapy
S52.501A | * | 01732232 | Orthopedics | 0 | - | 2100 | fracture of the lower end of the radius
    a fall on the outstretched hand | closed reduction and cast
S06.0X0A | * | 02543122 | Emergency | 0 | - | 1500 | concussion without loss of consciousness
    a blow to the head | observation for six hours
S93.401A | * | 00344210 | Emergency | 0 | - | 720 | sprain of the right ankle
    a twisted ankle | ice, elevation and a brace
S01.81XA | * | 03432111 | Emergency | 0 | - | 810 | laceration of the face
    a cut above the eyebrow | four sutures
T78.40XA | * | 02222100 | Emergency | 0 | - | 760 | allergic reaction
    hives after a meal | antihistamine and observation
E10.9 | * | 00332211 | Endocrinology | 0 | c | 520 | type 1 diabetes mellitus
    a planned pump review | insulin adjusted
L70.0 | * | 00161000 | Dermatology | 0 | c | 180 | acne vulgaris
    spots on the face and back | topical retinoid
L20.9 | * | 25421111 | Dermatology | 0 | c | 190 | atopic dermatitis
    an itching rash | emollients and a mild steroid cream
F32.A | * | 00165321 | Psychiatry | 3 | c | 1200 | depression
    low mood for months | sertraline 50 mg and weekly sessions
F41.1 | * | 00155321 | Psychiatry | 0 | c | 340 | generalized anxiety disorder
    constant worry and poor sleep | cognitive behavioral therapy
F10.20 | * | 00025410 | Psychiatry | 5 | c | 2100 | alcohol dependence
    a wish to stop drinking | withdrawal protocol
F20.9 | * | 00022100 | Psychiatry | 9 | c | 2600 | schizophrenia
    hearing voices | risperidone 4 mg
G43.909 | * | 00245310 | Neurology | 0 | c | 410 | migraine
    throbbing one-sided headache | sumatriptan 50 mg at onset
G40.909 | * | 02222122 | Neurology | 1 | c | 1700 | epilepsy
    a seizure at home | levetiracetam 500 mg twice daily
O80 | F | 00036000 | Obstetrics | 2 | - | 4300 | full-term uncomplicated delivery
    regular contractions | spontaneous vaginal delivery
O82 | F | 00013000 | Obstetrics | 3 | - | 8200 | cesarean delivery
    planned delivery | cesarean section
O24.410 | F | 00013000 | Obstetrics | 0 | - | 460 | gestational diabetes
    raised glucose at screening | diet and glucose diary
O14.90 | F | 00011000 | Obstetrics | 3 | - | 3600 | pre-eclampsia
    headache and swollen feet | magnesium and close monitoring
N92.0 | F | 00053000 | Obstetrics | 0 | - | 420 | heavy menstruation
    heavy and regular bleeding | tranexamic acid
N80.9 | F | 00043000 | Surgery | 1 | c | 3900 | endometriosis
    pelvic pain | laparoscopy
C50.911 | F | 00002674 | Oncology | 3 | c | 8800 | malignant neoplasm of the right breast
    a lump found by herself | lumpectomy and radiotherapy
N95.1 | F | 00000400 | Primary Care | 0 | - | 240 | menopausal symptoms
    hot flushes | hormone therapy discussed
M81.0 | F | 00000265 | Endocrinology | 0 | c | 350 | age-related osteoporosis
    loss of height | alendronate 70 mg weekly
N40.1 | M | 00000476 | Urology | 0 | c | 420 | enlarged prostate with urinary symptoms
    getting up four times a night | tamsulosin 0.4 mg
C61 | M | 00000364 | Oncology | 2 | c | 7400 | malignant neoplasm of the prostate
    raised PSA at screening | prostatectomy discussed
N44.00 | M | 00231000 | Urology | 1 | - | 4100 | torsion of the testis
    sudden groin pain | emergency surgery
N52.9 | M | 00002320 | Urology | 0 | c | 230 | erectile dysfunction
    a private concern | sildenafil 50 mg
S83.511A | * | 00144100 | Orthopedics | 1 | - | 6100 | sprain of the anterior cruciate ligament
    the knee giving way at sport | reconstruction planned
M54.50 | * | 00037742 | Primary Care | 0 | c | 260 | low back pain
    back pain after lifting | physiotherapy
M17.11 | * | 00000476 | Orthopedics | 3 | c | 11000 | osteoarthritis of the right knee
    knee pain on stairs | total knee replacement
M06.9 | * | 00012432 | Internal Medicine | 0 | c | 640 | rheumatoid arthritis
    stiff hands in the morning | methotrexate 15 mg weekly
E66.9 | * | 00225520 | Endocrinology | 0 | c | 290 | obesity
    weight gain over two years | nutrition counseling
E11.9 | * | 00014786 | Endocrinology | 0 | c | 380 | type 2 diabetes mellitus
    a planned diabetes review | metformin 1000 mg twice daily
E78.5 | * | 00003774 | Primary Care | 0 | c | 230 | hyperlipidemia
    a planned blood test | atorvastatin 20 mg
E03.9 | * | 00013443 | Endocrinology | 0 | c | 260 | hypothyroidism
    tiredness and feeling cold | levothyroxine 75 mcg
I10 | * | 00014897 | Primary Care | 0 | c | 250 | essential hypertension
    raised readings at home | lisinopril 10 mg
K21.9 | * | 10025543 | Gastroenterology | 0 | c | 310 | reflux disease
    burning behind the breastbone | omeprazole 20 mg
K80.20 | * | 00014432 | Surgery | 2 | - | 6800 | gallstones
    pain after fatty meals | laparoscopic cholecystectomy
K57.30 | * | 00001354 | Gastroenterology | 1 | c | 1900 | diverticulosis
    change of bowel habit | high-fiber diet
K70.30 | * | 00001310 | Gastroenterology | 6 | c | 4200 | alcoholic cirrhosis
    a swollen belly | paracentesis
N20.0 | * | 00024432 | Urology | 1 | - | 2600 | kidney stone
    colicky flank pain | hydration and ketorolac
N39.0 | * | 11123356 | Internal Medicine | 1 | - | 1300 | urinary tract infection
    burning on urination | nitrofurantoin for five days
R07.9 | * | 00124553 | Emergency | 0 | - | 1800 | chest pain
    tightness in the chest | serial troponins
R10.9 | * | 02444332 | Emergency | 0 | - | 1400 | abdominal pain
    belly pain since the morning | ultrasound without finding
U07.1 | * | 11123355 | Internal Medicine | 5 | - | 3100 | COVID-19
    cough and loss of smell | supplemental oxygen
J18.9 | * | 33212367 | Internal Medicine | 5 | - | 2900 | pneumonia
    fever and a productive cough | ceftriaxone and azithromycin
L03.115 | * | 00112343 | Internal Medicine | 3 | - | 2200 | cellulitis of the right leg
    a red and warm leg | intravenous cefazolin
D64.9 | * | 11122345 | Internal Medicine | 2 | c | 1700 | anemia
    tiredness and pallor | iron and endoscopy planned
B20 | * | 00012210 | Internal Medicine | 0 | c | 900 | HIV disease
    a planned viral load test | antiretroviral therapy continued
I21.4 | * | 00000355 | Cardiology | 4 | - | 14000 | non-ST elevation myocardial infarction
    crushing chest pain | stent to the left anterior descending artery
I25.10 | * | 00000376 | Cardiology | 1 | c | 3800 | coronary artery disease
    chest pain on exertion | aspirin and beta blocker
I48.91 | * | 00000267 | Cardiology | 1 | c | 2300 | atrial fibrillation
    palpitations | apixaban 5 mg twice daily
I50.9 | * | 00000268 | Cardiology | 5 | c | 4100 | heart failure
    breathlessness lying flat | furosemide 40 mg
I63.9 | * | 00000257 | Neurology | 6 | - | 9800 | cerebral infarction
    sudden weakness of one arm | thrombolysis within three hours
J44.1 | * | 00000366 | Pulmonology | 5 | c | 3300 | exacerbated obstructive pulmonary disease
    worsening breathlessness | prednisone 40 mg for five days
C34.90 | * | 00000253 | Oncology | 5 | c | 9100 | malignant neoplasm of the lung
    weight loss and cough | chemotherapy
C18.9 | * | 00000344 | Oncology | 6 | c | 9900 | malignant neoplasm of the colon
    blood in the stool | hemicolectomy
N18.30 | * | 00001367 | Nephrology | 0 | c | 620 | chronic kidney disease stage 3
    a planned kidney review | dose adjustment
G20.A1 | * | 00000155 | Neurology | 0 | c | 540 | Parkinson disease
    a trembling hand | levodopa
G30.9 | * | 00000049 | Neurology | 4 | c | 2400 | Alzheimer disease
    getting lost near home | donepezil and caregiver support
H25.9 | * | 00000177 | Ophthalmology | 0 | - | 2700 | age-related cataract
    blurred vision | lens replacement
H40.9 | * | 00000244 | Ophthalmology | 0 | c | 380 | glaucoma
    a planned pressure check | latanoprost eye drops
S72.001A | * | 00000149 | Orthopedics | 7 | - | 16000 | fracture of the neck of the right femur
    a fall at home | hemiarthroplasty
R55 | * | 00122245 | Emergency | 1 | - | 1900 | syncope
    a short loss of consciousness | telemetry overnight
A41.9 | * | 21011257 | Internal Medicine | 9 | - | 7600 | sepsis
    chills and confusion | broad-spectrum antibiotics
Z00.00 | * | 00035554 | Primary Care | 0 | - | 240 | general adult examination
    a planned check-up | advice on diet and exercise
"""


@dataclass(frozen=True)
class Diagnoses:
    """One position a code in every array.

    ``choice`` has a group for each of F and M and each age band: group = sex * 8 + band.
    """

    codes: pa.Array
    names: pa.Array
    complaints: pa.Array
    treatments: pa.Array
    department: Ints
    children_department: Ints
    stay_days: Floats
    visit_cost: Floats
    is_chronic: Bools
    choice: Choice


@cache
def diagnoses() -> Diagnoses:
    """The table, ready to draw from."""
    text = _TABLE.strip().replace("\n    ", " | ")
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    codes, sexes, ages, wards, stays, chronic, costs, names, complaints, treatments = zip(
        *rows, strict=True
    )
    weights = np.array([[int(digit) for digit in bands] for bands in ages], dtype=np.float64)
    groups = [
        weights[:, band] * np.array([allowed in ("*", sex) for allowed in sexes])
        for sex in "FM"
        for band in range(len(AGE_BANDS) + 1)
    ]
    return Diagnoses(
        pa.array(codes, pa.string()),
        pa.array(names, pa.string()),
        pa.array(complaints, pa.string()),
        pa.array(treatments, pa.string()),
        np.array([DEPARTMENTS.index(ward) for ward in wards]),
        np.array([_PEDIATRICS if w in _FOR_CHILDREN else DEPARTMENTS.index(w) for w in wards]),
        np.array([float(stay) for stay in stays]),
        np.array([float(cost) for cost in costs]),
        np.array([mark == "c" for mark in chronic]),
        Choice.of(groups, shared=True),
    )
