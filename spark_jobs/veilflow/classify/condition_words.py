"""Words by which names of diseases and conditions are told from other short texts. Folded."""

from __future__ import annotations

__all__ = ["CONDITIONS", "CONDITION_ENDINGS", "NO_CONDITIONS"]

CONDITIONS = frozenset(
    """
    abortion acne addiction aids alcoholism allergy alzheimer anaemia anemia angina anorexia
    anxiety apnea apnoea appendicitis arrhythmia arthritis asma asthma asthme autism bipolar
    blindness bluthochdruck bronchitis bulimia cancer carcinoma cataract celiac chlamydia
    cholera cirrhosis colitis concussion copd covid crohn deafness deficiency delirium dementia
    demenz depresion depression dermatitis diabete diabetes diarrhea diarrhoea diphtheria
    disease disorder dyslexia eczema emphysema endometriosis enfermedad epilepsy erkrankung
    failure fibrillation fibromyalgia fracture gallstones gastritis glaucoma gonorrhea gout
    gripe grippe haemophilia haemorrhage hemophilia hemorrhage hepatitis hernia herpes
    herzinfarkt hipertension hiv hypercholesterolemia hyperlipidemia hypertension
    hyperthyroidism hypertonie hypotension hypothyroidism infarction infection infertility
    influenza injury insomnia ipertensione jaundice krebs leukaemia leukemia lupus lymphoma
    maladie malaria measles melanoma meningitis menopause migraine miscarriage mumps myopia
    neoplasm obesity osteoarthritis osteoporosis parkinson pneumonia psoriasis psychosis ptsd
    rabies rheumatism rubella sarcoma scabies schizophrenia schlaganfall sciatica scoliosis
    sepsis shingles sinusitis stroke syndrome syphilis tetanus tinnitus tonsillitis tuberculosis
    tumor tumore tumour typhoid ulcer urticaria vertigo zuckerkrankheit
    """.split()
)

CONDITION_ENDINGS = (
    "itis", "aemia", "emia", "opathy", "plegia", "sclerosis", "stenosis", "algia", "carcinoma",
    "uria", "rrhea", "rrhoea", "phobia", "dystrophy", "thyroidism", "insufficiency",
)  # fmt: skip

NO_CONDITIONS = frozenset("academia bohemia euphemia injury failure stroke fracture".split())
"""Words that end so or stand there, and that alone are as often something else."""
