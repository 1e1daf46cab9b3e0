"""Words of column names for what is measured on a patient. A reading is data concerning health."""

from __future__ import annotations

__all__ = ["STRONG_HEALTH"]

STRONG_HEALTH: dict[str, str] = {
    "health_indicator": (
        "bmi,imc,body mass index,glucose,glucosa,glicemia,glukose,blood pressure,blood glucose,"
        "blood sugar,blutdruck,blutzucker,tension arterielle,systolic,diastolic,systolic bp,"
        "diastolic bp,ap hi,ap lo,presion sistolica,presion diastolica,presion arterial,"
        "pressione arteriosa,pressao arterial,resting bp,trestbps,cholesterol,colesterol,chol,"
        "hdl,ldl,triglycerides,trigliceridos,trigliceridi,hba,hba c,insulin,creatinine,kreatinin,"
        "creatinina,hemoglobin,haemoglobin,hemoglobina,platelets,serum sodium,serum creatinine,"
        "ejection fraction,viral load,heart rate,resting heart rate,spo,oxygen saturation,"
        "disturbo,trastorno,trouble psychique,storung,stoornis,schizophrenia,psychiatric diagnosis"
    ),
}
