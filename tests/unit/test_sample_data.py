"""What the made-up hospital contains: keys, references, distributions, names inside texts.

Shares are judged at six standard deviations of a binomial count, which an unbroken generator
misses once in 5e8 checks; the seed is fixed, so a run never flickers.
"""

from __future__ import annotations

import datetime
import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.sample_data.dates import LAST_DAY
from veilflow.sample_data.diagnoses import AGE_BANDS, diagnoses
from veilflow.sample_data.draw import Choice
from veilflow.sample_data.hospital import GENERATOR_VERSION, SCHEMAS, make_blocks
from veilflow.sample_data.identifiers import _shuffled

ROWS = 12_000
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def hospital() -> dict[str, Rows]:
    blocks = list(make_blocks(ROWS, seed=20_260_101))
    return {table: _rows([getattr(block, table) for block in blocks]) for table in SCHEMAS}


def _rows(tables: list[pa.Table]) -> Rows:
    table = pa.concat_tables(tables)
    columns = [
        column.to_numpy().tolist() if pa.types.is_string(column.type) else column.to_pylist()
        for column in table.columns
    ]
    return [
        dict(zip(table.column_names, cells, strict=True)) for cells in zip(*columns, strict=True)
    ]


def is_plausible(count: int, rows: int, share: float) -> bool:
    return abs(count - rows * share) <= 6 * math.sqrt(rows * share * (1 - share)) + 1


@pytest.mark.parametrize(("count", "expected"), [(1000, True), (1070, True), (1300, False)])
def test_the_tolerance_lets_noise_pass_and_catches_a_wrong_share(
    count: int, expected: bool
) -> None:
    assert is_plausible(count, 10_000, 0.1) is expected


# --- keys and references


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("patients", "patient_id"),
        ("patients", "mrn"),
        ("patients", "ssn"),
        ("encounters", "encounter_id"),
        ("notes", "note_id"),
        ("notes", "encounter_id"),
    ],
)
def test_keys_are_distinct(hospital: dict[str, Rows], table: str, column: str) -> None:
    values = [row[column] for row in hospital[table] if row[column] is not None]
    digits = [re.sub(r"\D", "", value) for value in values]
    assert len(values) > 0.9 * len(hospital[table])
    assert len(set(digits)) == len(values)


def test_every_reference_has_its_row(hospital: dict[str, Rows]) -> None:
    patients = {row["patient_id"] for row in hospital["patients"]}
    owner = {row["encounter_id"]: row["patient_id"] for row in hospital["encounters"]}
    assert set(owner.values()) <= patients
    assert all(owner[note["encounter_id"]] == note["patient_id"] for note in hospital["notes"])


def test_some_columns_are_never_null(hospital: dict[str, Rows]) -> None:
    for table, schema in SCHEMAS.items():
        complete = [field.name for field in schema if not field.nullable]
        assert all(row[name] is not None for row in hospital[table] for name in complete)


@given(
    size=st.integers(1, 3000),
    seed=st.integers(0, 2**70),
    purpose=st.integers(0, 3),
)
def test_shuffled_numbers_are_a_permutation(size: int, seed: int, purpose: int) -> None:
    shuffled = _shuffled(np.arange(size), size, seed, purpose=purpose)
    assert sorted(shuffled.tolist()) == list(range(size))


@given(
    weights=st.lists(
        st.lists(st.sampled_from([0.0, 0.0, 0.2, 1.0, 7.0]), min_size=1, max_size=6).filter(any),
        min_size=1,
        max_size=5,
    ),
    seed=st.integers(0, 99),
)
def test_a_choice_stays_in_its_group_and_off_weights_of_zero(
    weights: list[list[float]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, len(weights), 200)
    ends = np.cumsum([len(group) for group in weights])
    flat = [weight for group in weights for weight in group]
    drawn = Choice.of(weights).draw(rng, groups)
    assert (np.searchsorted(ends, drawn, side="right") == groups).all()
    assert all(flat[position] > 0 for position in drawn)


# --- nobody real


def test_social_security_numbers_belong_to_nobody(hospital: dict[str, Rows]) -> None:
    for row in hospital["patients"]:
        if row["ssn"] is not None:
            area, group, serial = re.fullmatch(  # type: ignore[union-attr]
                r"(\d{3})[- ]?(\d{2})[- ]?(\d{4})", row["ssn"]
            ).groups()
            assert 900 <= int(area) <= 999  # never assigned
            assert 1 <= int(group) <= 49  # taxpayer numbers have groups from 50 on
            assert int(serial) > 0


def test_telephone_numbers_and_mail_domains_are_reserved(hospital: dict[str, Rows]) -> None:
    phone = re.compile(r"(\+1 |1-)?\(?[2-8]\d\d\)?[- .]?[- .]?555[- .]?01\d\d( ext\. 2)?")
    email = re.compile(r"[a-z]+[._-]?[a-z]+\d{2,4}@example\.(com|org|net) ?", re.IGNORECASE)
    for row in hospital["patients"]:
        assert row["phone"] is None or phone.fullmatch(row["phone"])
        assert row["email"] is None or email.fullmatch(row["email"])
    assert all("@example." in part for note in hospital["notes"] for part in _addresses(note))


def _addresses(note: dict[str, Any]) -> list[str]:
    return re.findall(r"\S*@\S*", note["text"])


# --- distributions and mess


def _is(pattern: str) -> Callable[[str | None], bool]:
    return lambda value: value is not None and re.fullmatch(pattern, value) is not None


def _is_null(value: object) -> bool:
    return value is None


def _is_upper(value: str | None) -> bool:
    return value is not None and value.upper() == value and value.lower() != value


SHARES: list[tuple[str, str, str, Callable[[Any], bool], float]] = [
    ("patients", "full_name", "inverted", _is(r"[^,]*, .*"), 0.03),
    ("patients", "full_name", "decomposed accents", lambda v: v != _nfc(v), 0.0036),
    ("patients", "full_name", "stray spaces", lambda v: v != " ".join(v.split()), 0.0296),
    ("patients", "ssn", "null", _is_null, 0.06),
    ("patients", "ssn", "bare", _is(r"\d{9}"), 0.94 * 0.08),
    ("patients", "phone", "null", _is_null, 0.04),
    ("patients", "birth_date", "null", _is_null, 0.008),
    ("patients", "birth_date", "ISO", _is(r"\d{4}-\d\d-\d\d"), 0.992 * 0.95),
    ("patients", "birth_date", "US", _is(r"\d\d/\d\d/\d{4}"), 0.992 * 0.03),
    ("patients", "birth_date", "named month", _is(r"\d\d [A-Z][a-z]{2} \d{4}"), 0.992 * 0.01),
    ("patients", "birth_date", "compact", _is(r"\d{8}"), 0.992 * 0.01),
    ("patients", "sex", "null", _is_null, 0.02),
    ("patients", "sex", "X", _is("X"), 0.98 * 0.008),
    ("patients", "zip_code", "null", _is_null, 0.012),
    ("patients", "zip_code", "five digits", _is(r"\d{5}"), 0.988),
    ("patients", "city", "null", _is_null, 0.012),
    ("patients", "city", "capitals", _is_upper, 0.988 * 0.05),
    ("patients", "ethnicity", "null", _is_null, 0.04),
    ("patients", "ethnicity", "Asian", _is("Asian"), 0.96 * 0.065),
    ("patients", "insurance", "null", _is_null, 0.03),
    ("patients", "insurance", "capitals", _is_upper, 0.97 * 0.02),
    ("patients", "blood_type", "null", _is_null, 0.15),
    ("patients", "blood_type", "O+", _is(r"O\+"), 0.85 * 0.37),
    ("patients", "smoker", "null", _is_null, 0.09),
    ("encounters", "department", "null", _is_null, 0.005),
    ("encounters", "icd10", "null", _is_null, 0.01),
    ("encounters", "attending", "null", _is_null, 0.01),
    ("encounters", "attending", "listed", _is(r".*, MD"), 0.99 * 0.10),
]


def _nfc(value: str) -> str:
    return unicodedata.normalize("NFC", value)


@pytest.mark.parametrize(
    ("table", "column", "what", "holds", "share"),
    SHARES,
    ids=[f"{column}-{what}" for _, column, what, _, _ in SHARES],
)
def test_shares_are_the_documented_ones(
    hospital: dict[str, Rows],
    table: str,
    column: str,
    what: str,
    holds: Callable[[Any], bool],
    share: float,
) -> None:
    values = [row[column] for row in hospital[table]]
    assert is_plausible(sum(map(holds, values)), len(values), share)


def test_older_patients_come_more_often_and_have_medicare(hospital: dict[str, Rows]) -> None:
    ages = _ages(hospital["patients"])
    visits = Counter(row["patient_id"] for row in hospital["encounters"])
    young = [visits[patient] for patient, age in ages.items() if age < 45]
    old = [visits[patient] for patient, age in ages.items() if age >= 65]
    assert np.mean(old) > 1.6 * np.mean(young)
    insured = {row["patient_id"]: row["insurance"] for row in hospital["patients"]}
    medicare = [
        str(insured[patient]).lower() == "medicare" for patient, age in ages.items() if age >= 66
    ]
    assert np.mean(medicare) == pytest.approx(0.86 * 0.97, abs=0.03)


def test_the_age_pyramid_has_all_ages_and_more_old_women(hospital: dict[str, Rows]) -> None:
    ages = np.array(list(_ages(hospital["patients"]).values()))
    assert ages.min() == 0
    assert 99 <= ages.max() <= 105
    assert np.median(ages) == pytest.approx(46, abs=3)
    assert 0.12 < np.mean(ages < 15) < 0.18
    assert 0.18 < np.mean(ages >= 65) < 0.28
    assert 0.001 < np.mean(ages >= 90) < 0.03
    sex = {row["patient_id"]: row["sex"] for row in hospital["patients"]}
    oldest = Counter(
        sex[patient] for patient, age in _ages(hospital["patients"]).items() if age > 80
    )
    assert oldest["F"] > 1.2 * oldest["M"]


def test_a_few_zip_codes_hold_most_and_most_hold_few(hospital: dict[str, Rows]) -> None:
    codes = Counter(row["zip_code"] for row in hospital["patients"] if row["zip_code"])
    sizes = [count for _, count in codes.most_common()]
    assert 280 <= len(codes) <= 310
    assert len({code[:3] for code in codes}) == 40
    assert sum(sizes[:30]) > 0.3 * sum(sizes)
    assert sizes[0] > 30 * sizes[-1]


def test_encounters_a_patient_are_skewed_and_capped(hospital: dict[str, Rows]) -> None:
    visits = Counter(row["patient_id"] for row in hospital["encounters"])
    counts = [visits[row["patient_id"]] for row in hospital["patients"]]
    assert np.mean(counts) == pytest.approx(2.95, abs=0.15)
    assert 0.15 < np.mean(np.array(counts) == 0) < 0.3
    assert max(counts) == 12
    assert np.mean(np.array(counts) == 12) < 0.02  # no heap at the cap


def test_cost_is_lognormal_and_rises_with_the_stay(hospital: dict[str, Rows]) -> None:
    known = [row for row in hospital["encounters"] if row["total_cost"] is not None]
    day, week = (
        np.log([row["total_cost"] for row in known if row["length_of_stay"] == nights])
        for nights in (0, 7)
    )
    assert np.mean(week) > np.mean(day) + 2
    hypertension = np.log(
        [r["total_cost"] for r in known if r["icd10"] == "I10" and r["length_of_stay"] == 0]
    )
    assert np.mean(hypertension) == pytest.approx(math.log(250), abs=0.06)
    assert np.std(hypertension) == pytest.approx(0.55, abs=0.05)
    skew = np.mean(((hypertension - hypertension.mean()) / hypertension.std()) ** 3)
    assert abs(skew) < 0.5


# --- diagnoses


def test_codes_are_written_as_icd_10_cm(hospital: dict[str, Rows]) -> None:
    form = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
    assert all(form.fullmatch(code) for code in diagnoses().codes.to_pylist())
    bare = {code.replace(".", "") for code in diagnoses().codes.to_pylist()}
    found = {row["icd10"].replace(".", "") for row in hospital["encounters"] if row["icd10"]}
    assert found <= bare
    assert len(found) > 0.95 * len(bare)


@pytest.mark.parametrize(
    ("codes", "sex", "low", "high"),
    [
        (r"O.*", "F", 15, 45),
        (r"N92.*|N80.*", "F", 15, 65),
        (r"C50.*|M81.*", "F", 25, 200),
        (r"C61|N40.*", "M", 45, 200),
        (r"N44.*", "M", 5, 45),
        (r"Z38.*|P.*", None, 0, 1),
        (r"Z00\.?129|J21.*", None, 0, 15),
        (r"G30.*|H25.*|I21.*", None, 45, 200),
    ],
)
def test_codes_fit_sex_and_age(
    hospital: dict[str, Rows], codes: str, sex: str | None, low: int, high: int
) -> None:
    people = {row["patient_id"]: row for row in hospital["patients"]}
    rows = [r for r in hospital["encounters"] if r["icd10"] and re.fullmatch(codes, r["icd10"])]
    assert len(rows) > 10
    for row in rows:
        person = people[row["patient_id"]]
        assert sex is None or person["sex"] in (sex, "X", None)
        born = _birth(person)
        if born is not None:
            age = (datetime.datetime.fromisoformat(row["admitted_at"]).date() - born).days / 365.25
            # A chronic code of the first visit comes back up to ten years later.
            assert low - 0.01 <= age <= high + 10


def test_every_sex_and_age_has_codes_to_draw() -> None:
    choice = diagnoses().choice
    assert len(choice.starts) == 2 * (len(AGE_BANDS) + 1)
    assert np.isfinite(choice.cumulative).all()


# --- time


def test_times_are_in_order(hospital: dict[str, Rows]) -> None:
    people = {row["patient_id"]: row for row in hospital["patients"]}
    end = datetime.datetime(2026, 1, 1)  # noqa: DTZ001 - the data has no zone
    assert LAST_DAY == (end.date() - datetime.date(1970, 1, 1)).days - 1
    previous: dict[str, datetime.datetime] = {}
    for row in hospital["encounters"]:
        admitted = datetime.datetime.fromisoformat(row["admitted_at"])
        assert datetime.datetime(2016, 1, 1) <= admitted < end  # noqa: DTZ001
        born = _birth(people[row["patient_id"]])
        assert born is None or born <= admitted.date()
        assert previous.get(row["patient_id"], admitted) <= admitted
        if row["discharged_at"] is not None:
            discharged = datetime.datetime.fromisoformat(row["discharged_at"])
            assert admitted <= discharged < end
            assert row["length_of_stay"] == (discharged.date() - admitted.date()).days
            previous[row["patient_id"]] = discharged


def test_notes_are_written_during_the_stay_or_shortly_after(hospital: dict[str, Rows]) -> None:
    visits = {row["encounter_id"]: row for row in hospital["encounters"]}
    for note in hospital["notes"]:
        visit = visits[note["encounter_id"]]
        written = datetime.datetime.fromisoformat(note["written_at"])
        assert datetime.datetime.fromisoformat(visit["admitted_at"]) <= written
        if visit["discharged_at"] is not None:
            discharged = datetime.datetime.fromisoformat(visit["discharged_at"])
            assert written <= discharged + datetime.timedelta(hours=3)


# --- names


def test_names_come_in_many_scripts(hospital: dict[str, Rows]) -> None:
    names = [_nfc(row["full_name"]) for row in hospital["patients"]]
    foreign = [name for name in names if not any("LATIN" in unicodedata.name(c, "") for c in name)]
    scripts = Counter(unicodedata.name(name.strip()[0]).split()[0] for name in foreign)
    wanted = {"GREEK", "CYRILLIC", "ARABIC", "CJK", "HANGUL", "DEVANAGARI"}
    assert wanted <= set(scripts)
    assert 0.03 < len(foreign) / len(names) < 0.09
    accented = [name for name in names if re.search(r"[À-žẠ-ỹ]", name)]
    assert 0.15 < len(accented) / len(names) < 0.35


def test_most_people_have_a_name_of_their_own_or_share_it_with_few(
    hospital: dict[str, Rows],
) -> None:
    counts = Counter(_plain_name(row["full_name"]) for row in hospital["patients"])
    assert len(counts) > 0.5 * ROWS
    assert max(counts.values()) < 0.005 * ROWS


def test_notes_cover_four_tenths_of_the_encounters(hospital: dict[str, Rows]) -> None:
    assert is_plausible(len(hospital["notes"]), len(hospital["encounters"]), 0.4)


def test_notes_name_their_patient(hospital: dict[str, Rows]) -> None:
    people = {row["patient_id"]: row for row in hospital["patients"]}
    whole = named = recorded = 0
    for note in hospital["notes"]:
        person, text = people[note["patient_id"]], _folded(note["text"])
        whole += _plain_name(person["full_name"]) in text
        named += any(part in text for part in _name_parts(person["full_name"]))
        recorded += person["mrn"] in text
    rows = len(hospital["notes"])
    assert 0.68 < whole / rows < 0.82
    assert named / rows > 0.998
    assert 0.18 < recorded / rows < 0.26


def test_somebody_elses_name_is_not_in_the_note(hospital: dict[str, Rows]) -> None:
    """The control of the test above: the search must not find names that aren't there."""
    people = hospital["patients"]
    found = sum(
        _plain_name(people[position * 7 % ROWS]["full_name"]) in _folded(note["text"])
        for position, note in enumerate(hospital["notes"])
        if people[position * 7 % ROWS]["patient_id"] != note["patient_id"]
    )
    assert found / len(hospital["notes"]) < 0.005


def test_notes_tell_telephone_numbers_addresses_dates_and_clinicians(
    hospital: dict[str, Rows],
) -> None:
    texts = [note["text"] for note in hospital["notes"]]
    for pattern, least in {
        r"555[- .]?01\d\d": 0.4,
        r"@example\.(com|org|net)": 0.08,
        r"\d\d/\d\d/\d{4}": 0.3,
        r"\d{4}-\d\d-\d\d": 0.25,
        r"[A-Z][a-z]+ \d{1,2}, \d{4}": 0.2,
        r"Dr\. |, MD": 1.0,
        r"\b[A-Z]\.[A-Z]\.": 0.15,
    }.items():
        assert np.mean([re.search(pattern, text) is not None for text in texts]) >= least
    assert not any(re.search(r"[{}]|\bNone\b|\bnan\b", text) for text in texts)


# --- reproducible


def test_the_first_patients_do_not_depend_on_how_many_follow() -> None:
    (few,) = make_blocks(500, seed=3)
    many = next(make_blocks(12_000, seed=3))
    for table in SCHEMAS:
        short = getattr(few, table)
        assert 0 < len(short) < len(getattr(many, table))
        assert short.equals(getattr(many, table).slice(0, len(short)))


def test_another_seed_makes_other_people() -> None:
    (one,), (other,) = make_blocks(200, seed=3), make_blocks(200, seed=4)
    for column in ("mrn", "full_name", "ssn", "birth_date"):
        pairs = zip(one.patients[column], other.patients[column], strict=True)
        assert sum(a.as_py() == b.as_py() for a, b in pairs) < 20


def test_blocks_differ_from_one_another() -> None:
    first, second = make_blocks(20_000, seed=3)
    same = zip(first.patients["full_name"], second.patients["full_name"], strict=True)
    assert sum(a.as_py() == b.as_py() for a, b in same) < 0.01 * 10_000
    assert not set(first.patients["mrn"].to_pylist()) & set(second.patients["mrn"].to_pylist())


def test_this_generator_version_makes_these_rows() -> None:
    """A change of the output must raise GENERATOR_VERSION, or old folders pass for new ones.

    Costs are left out: their last digit may depend on the processor's exponential.
    """
    (block,) = make_blocks(100, seed=7)
    tables = (block.patients, block.encounters.drop_columns("total_cost"), block.notes)
    rows = [repr(list(row.values())) for table in tables for row in table.to_pylist()]
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    assert (GENERATOR_VERSION, digest[:16]) == (1, "e56d50779318ba48")


# --- reading the tables as an outsider would


def _birth(person: dict[str, Any]) -> datetime.date | None:
    """The birth date where it is written as ISO."""
    text = person["birth_date"]
    return datetime.date.fromisoformat(text) if _is(r"\d{4}-\d\d-\d\d")(text) else None


def _ages(patients: Rows) -> dict[str, float]:
    births = {row["patient_id"]: _birth(row) for row in patients}
    end = datetime.date(2025, 12, 31)
    return {key: (end - born).days // 365.25 for key, born in births.items() if born is not None}


def _folded(text: str) -> str:
    return _nfc(" ".join(_nfc(text).casefold().split()))


def _plain_name(registered: str) -> str:
    """A registered name without its mess: order, case, spaces, accents' form, middle initial."""
    family, comma, rest = " ".join(registered.split()).partition(", ")
    name = f"{rest} {family}" if comma else family
    return _folded(re.sub(r" [A-Za-z]\. ", " ", name))


def _name_parts(registered: str) -> list[str]:
    """What a text may call the person: parts between spaces, or of a name written without any."""
    name = _plain_name(registered)
    if " " not in name:
        return [name[:1], name[1:], name[:2], name[2:]]
    return name.split()
