"""The texts of clinical notes, with slots in braces that :mod:`veilflow.sample_data.notes` fills.

Who is named where, so that a search for what the tables know can be judged:

- ``{name}`` is the patient's whole name, ``{given}`` and ``{family}`` its parts, ``{initials}``
  romanised initials, ``{NAME}`` the whole name in capitals;
- ``{relative}`` is somebody who is in no table: a given name with the patient's family name;
- ``{doctor}`` is the attending clinician with title, ``{signature}`` the whole name;
- a slot ending in ``_capital`` starts a sentence;
- ``{admitted}``, ``{discharged}``, ``{written}`` and ``{born}`` are dates in one of three formats.
"""

from __future__ import annotations

__all__ = ["TEMPLATES"]

# Weight and text. Line breaks, quotes and commas are meant: they are in real notes.
TEMPLATES: tuple[tuple[int, str], ...] = (
    (
        16,
        "{name}, {age}-year-old {person}, was seen on {admitted} for {diagnosis}. {name} "
        "reported {complaint}. BP {systolic}/{diastolic}, HR {pulse}, temp {temperature} C. "
        "Plan: {treatment}. Follow-up in {weeks} weeks. Call {phone} with results. Signed, "
        "{signature}",
    ),
    (
        14,
        "Patient: {name}\nMRN: {mrn}  DOB: {born}\nDate: {admitted}\n\nReason for visit: "
        "{complaint}\nAssessment: {diagnosis}\nPlan: {treatment}\n\nDictated by {doctor} on "
        "{written}",
    ),
    (
        12,
        "{doctor} reviewed {given} {family} today. Known {diagnosis}, admitted {admitted} "
        "after {complaint}. HR {pulse}, BP {systolic}/{diastolic}. {treatment_capital}; "
        "tolerated well. Discharge {discharged} if stable.",
    ),
    (
        11,
        "Pt {initials} c/o {complaint}. O/E BP {systolic}/{diastolic}, HR {pulse}. Imp: "
        "{diagnosis}. Rx: {treatment}. Pt {family} to ring us if no better, tel {phone}. "
        "{doctor}",
    ),
    (
        10,
        "DISCHARGE SUMMARY\n{NAME} ({born})\nAdmitted {admitted}, discharged "
        "{discharged}.\nDiagnosis: {diagnosis} ({code})\nCourse: {complaint} on arrival. "
        "{treatment_capital}. Condition on discharge: stable.\nFollow-up with {doctor} in "
        "{weeks} weeks.",
    ),
    (
        9,
        "Phone call on {written}: spoke with {relative}, the patient's {relation}, at "
        "{phone}. {relative} says that {given} still has {complaint}. Advised: {treatment}. "
        "{name} to come in if worse. {signature}",
    ),
    (
        8,
        'Nursing note. {given} slept well, "feeling much better today" at {hour} h. Temp '
        "{temperature} C, BP {systolic}/{diastolic}. {relation_capital} {relative} visited. "
        "{treatment_capital} as ordered by {doctor}. Pt {initials} ({mrn}) aware of the plan.",
    ),
    (
        7,
        "Dear colleague, thank you for referring {name} of {city}, born {born}, whom I saw "
        "on {admitted}. The complaint was {complaint}; I believe this is {diagnosis}. I "
        "suggest {treatment}. With kind regards, {signature}",
    ),
    (
        6,
        "Portal message to {email} on {written}: results for {name} are back and consistent "
        "with {diagnosis}. {doctor} recommends {treatment}. Questions: {phone}.",
    ),
    (
        4,
        "{family}, {given}. {diagnosis_capital}. Seen {admitted}, stable, no new findings. "
        "Continue {treatment}. Next visit {weeks} wk. {doctor}",
    ),
    (
        3,
        "Interpreter present for {name}. Consent for {treatment} explained by {doctor} and "
        "signed on {written}; {relation} {relative} witnessed. Contact {phone} or {email}.",
    ),
)
