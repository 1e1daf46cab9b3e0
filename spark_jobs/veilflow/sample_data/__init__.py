"""A made-up hospital at any size: patients, their encounters, and notes that name them.

:func:`write_hospital` writes three related tables, realistic in distribution and messy in the way
that real tables are. Nobody in them exists: names are combined at random, e-mail addresses are at
domains reserved by RFC 2606, telephone numbers are 555-0100 to 555-0199, social security numbers
have areas that are never assigned (900 to 999, with groups 01 to 49 so that they aren't taxpayer
numbers either). ZIP codes and towns are invented; digits may coincide with a real code's.

What is not promised: epidemiology. Codes, costs and stays are plausible, and their dependence on
age and sex has the right direction, no more. Don't train or judge a medical model on them.

``patients``: one row a person, all strings

===========  ==========================================================================
patient_id   distinct, ``P0001234``
mrn          distinct, nine digits
full_name    11 % with a middle initial; 3 % ``Family, Given``; 3 % all capitals; 1.5 % all lower
             case; 1.5 % decomposed (NFD), which shows in accents; 3 % with stray or doubled spaces.
             About 6 % are Greek, Cyrillic, Arabic, Chinese, Japanese, Korean or Devanagari
email        null 10 % (35 % from age 75 on); 4 % in title case, 1 % in capitals, 1 % with a
             trailing space; some people share one
phone        six formats, one with an extension; null 4 %; many people share one
ssn          distinct; 8 % without dashes, 1 % with spaces; null 6 %
birth_date   95 % ISO, 3 % ``03/21/1957``, 1 % ``21 Mar 1957``, 1 % ``19570321``; null 0.8 %;
             1 % more first of January than there should be
sex          F, M, X (0.8 %); null 2 %
zip_code     five digits, about 300 codes in 40 areas, a few of them large; null 1.2 %
city         5 % capitals, 2 % lower case, stray spaces 3 %; null 1.2 %
ethnicity    eight values; null 4 %
insurance    five values by age; 2 % in capitals; null 3 %
blood_type   eight values; null 15 %
smoker       no, former, yes; null 9 %
===========  ==========================================================================

``encounters``: 0 to 12 a patient, 3 on average, over the ten years up to 2025-12-31

================  =====================================================================
encounter_id      distinct, ``E00001234``
patient_id        in patients
admitted_at       ISO timestamp without a zone; never before birth nor before the previous discharge
discharged_at     the same; null 0.5 %, and for those still in hospital when the data ends
department        18 values; null 0.5 %
icd10             ICD-10-CM code by age and sex; 2 % without the dot; null 1 %
length_of_stay    int64, nights; null for those still in hospital
total_cost        float64, lognormal, rising with the stay; null 2 % and for those in hospital
attending         four clinicians a department, in three spellings; null 1 %
================  =====================================================================

``notes``: for 40 % of the encounters, no nulls

============  =========================================================================
note_id       distinct, ``N00001234``
encounter_id  in encounters, at most one note each
patient_id    the encounter's
written_at    ISO timestamp, during the stay or within three hours after it
text          eleven templates with the patient's name or its parts or initials, telephone number,
              e-mail address, record number, birth date; the clinician; relatives who are in no
              table. With line breaks, quotes and commas. A text may tell what the patients table
              lost: the number behind a null, the name without its typing error
============  =========================================================================

CSV files are as RFC 4180 asks (Spark: ``multiLine=True, escape='"'``), in UTF-8; a null is an empty
unquoted field.
"""

from veilflow.sample_data.write import HospitalSummary, write_hospital

__all__ = ["HospitalSummary", "write_hospital"]
