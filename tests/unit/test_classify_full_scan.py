"""Every cell is looked at: what one value tells is found among many, however they are split."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from veilflow.classify import STRONG, ColumnVerdict
from veilflow.classify.full_scan import ColumnScan, ScanLimits
from veilflow.classify.local_scan import scan_table
from veilflow.classify.lowest_hashes import LowestHashes, text_hashes
from veilflow.classify.rare_values import FORMS, told_in
from veilflow.classify.single_values import SINGLE_VALUE_TYPES

LIMITS = ScanLimits.of(1)
SMALL = ScanLimits(50, 20)
WARDS = [f"ward {n}" for n in range(40)]
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"

FOUND = [
    ("an e-mail address", "jo.doe@example.org", "email_address"),
    ("one in full width", "jo\uff20example.org", "email_address"),
    ("one in a sentence", "please write to <jo@example.org>, thanks", "email_address"),
    ("one in JSON", '{"a":{"mail":"jo@example.org"},"n":1}', "email_address"),
    ("one after ten thousand words", "word " * 10_000 + "jo@example.org end", "email_address"),
    ("a card", "4111 1111 1111 1111", "credit_card_number"),
    ("a card in a sentence", "paid with 4111 1111 1111 1111 on Monday", "credit_card_number"),
    ("a card in JSON", '{"card":4111111111111111}', "credit_card_number"),
    ("an IBAN in a sentence", "to GB82 WEST 1234 5698 7654 32 by noon", "iban_code"),
    ("a social security number", "219-09-9999", "ssn"),
    ("one in a sentence", "her number is 219-09-9999.", "ssn"),
    ("a phone number in a sentence", "call (212) 555-0187 first", "phone_number"),
    ("an international one", "call +44 20 7946 0958 first", "phone_number"),
    ("an NHS number", "943 476 5919", "nhs_number"),
    ("one in JSON", '{"nhs":"943 476 5919"}', "nhs_number"),
    ("a VIN", "1HGCM82633A004352", "vin"),
    ("a DNI", "12345678Z", "national_id"),
    ("a tax code", "RSSMRA85T10A562S", "national_id"),
    ("a MAC address", "00:1a:2b:3c:4d:5e", "mac_address"),
    ("a token", "ghp_" + "a1B2" * 9, "secret"),
    ("an access key in a log line", "key=AKIAIOSFODNN7EXAMPLE denied".replace("=", " "), "secret"),
    ("a private key of several lines", PEM, "secret"),
]  # fmt: skip
NEAR = [
    ("a handle", "jo@example"),
    ("a card with another check digit", "4111 1111 1111 1112"),
    ("an IBAN with another check", "GB82 WEST 1234 5698 7654 33"),
    ("a number never issued", "000-12-3456"),
    ("undashed digits", "219099999"),
    ("an NHS number with another check", "943 476 5918"),
    ("a VIN with another check", "1HGCM82643A004352"),
    ("a version", "1.12.0.3"),
    ("a time of day", "12:34:56"),
    ("a moment", "2020-01-15 10:20:30.123456"),
    ("a measure", "5.1 mmol/l (normal)"),
    ("a price with tax", "12.50 (+19 %)"),
]


def scan(
    cells: Sequence[str | None], limits: ScanLimits = LIMITS, batch: int = 1_000
) -> ColumnScan:
    found = ColumnScan("string", limits)
    for begin in range(0, len(cells), batch):
        found.add(pa.array(cells[begin : begin + batch], pa.string()))
    return found


def judged(cells: Sequence[str | None], name: str = "c") -> ColumnVerdict:
    return scan(cells).verdict(name)


@pytest.mark.parametrize(
    ("case", "value", "type_id"), FOUND, ids=[f"{c}: {t}" for c, _, t in FOUND]
)
def test_one_value_among_many_is_found(case: str, value: str, type_id: str) -> None:
    verdict = judged([*WARDS * 100, value])
    assert (verdict.type, verdict.score >= STRONG) == (type_id, True)
    assert verdict.evidence[-1] == "all 4,001 rows were looked at"
    assert value not in str(verdict)


@pytest.mark.parametrize(("case", "value"), NEAR, ids=[case for case, _ in NEAR])
def test_what_only_looks_alike_is_left_alone(case: str, value: str) -> None:
    assert judged([*WARDS * 100, value]).score < STRONG


def test_every_type_that_a_value_tells_passes_its_form() -> None:
    """A form only saves time: whatever the full test takes, it lets through."""
    assert len(FORMS) == len(SINGLE_VALUE_TYPES)
    values = [value for _, value, _ in FOUND if " " not in value or value[:1].isdigit()]
    every = range(len(SINGLE_VALUE_TYPES))
    for value in values:
        direct = {p for p in every if SINGLE_VALUE_TYPES[p].matches(value)}
        assert direct <= {place for place, passes in told_in(value, every) if passes}


def test_what_is_told_by_shares_stays_and_the_rest_is_named() -> None:
    mails = [f"person{n}@example.org" for n in range(500)]
    verdict = judged([*mails, "219-09-9999"], "contact")
    assert verdict.type == "email_address"
    assert "some values look like U.S. social security number" in " ".join(verdict.evidence)
    rest = judged([*["F", "M"] * 500, "219-09-9999"], "sex")
    assert (rest.type, rest.role) == ("ssn", "identifier")


def test_long_texts_among_codes_are_told() -> None:
    verdict = judged(
        [*["x1", "x2"] * 50, "The patient was seen again and feels a little better now."]
    )
    assert (verdict.type, verdict.role) == ("free_text", "free_text")


def test_check_digits_that_pass_by_luck_are_no_cards() -> None:
    random = np.random.default_rng(7)
    numbers = 4 * 10**15 + random.integers(0, 10**15, 6_000)
    for physical in ("string", "bigint"):
        found = ColumnScan(physical, LIMITS)
        found.add(pa.array(numbers.astype(str)))
        assert found.verdict("order_no").type != "credit_card_number"


def test_blank_and_missing_cells_are_no_values() -> None:
    sample = scan(["", None, "a", "", "b"]).sample("c")
    assert (sample.rows, sample.nulls, sample.distinct) == (5, 3, 2)


CELLS = st.one_of(
    st.none(), st.sampled_from([*WARDS, "", "jo@example.org", "4111111111111111", "10.20.30.40"]),
    st.text(max_size=12), st.integers(0, 10**16).map(str),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(CELLS, max_size=150), st.integers(1, 60), st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_split(
    cells: list[str | None], batch: int, order: object
) -> None:
    whole = scan(cells, SMALL).verdict("c")
    shuffled = list(cells)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    merged = ColumnScan("string", SMALL)
    for begin in range(0, len(shuffled), batch):
        merged.merge(scan(shuffled[begin : begin + batch], SMALL, 7).state())
    assert merged.verdict("c") == whole


@given(st.lists(st.text(max_size=40), min_size=1, max_size=60, unique=True))
def test_hashes_tell_texts_apart_wherever_they_lie(texts: list[str]) -> None:
    hashes = text_hashes(pa.array(texts, pa.string()))
    assert len(set(hashes.tolist())) == len(texts)
    sliced = text_hashes(pa.array(["x", *texts], pa.string()).slice(1))
    assert (sliced == hashes).all()


def test_distinct_values_are_estimated_beyond_what_is_kept() -> None:
    kept = LowestHashes(2_000)
    texts = pa.array([f"v{n}" for n in range(100_000)])
    kept.add(text_hashes(texts), np.array(texts.to_pylist(), dtype=object))
    # The relative standard error is 2.2 %; six of them.
    assert kept.distinct == pytest.approx(100_000, rel=0.14)
    again = LowestHashes(2_000)
    again.add(text_hashes(texts), np.array(texts.to_pylist(), dtype=object))
    again.add(text_hashes(texts), np.array(texts.to_pylist(), dtype=object))
    assert (again.hashes == kept.hashes).all()


def test_files_of_all_kinds_give_the_same_answers(tmp_path: Path) -> None:
    rows = [{"ward": WARDS[n % 40], "n": n} for n in range(3_000)]
    rows[2_345]["ward"] = "jo@example.org"
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet", row_group_size=700)
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    lines = "\n".join(f"{row['ward']},{row['n']}" for row in rows)
    (tmp_path / "t.csv").write_text(f"ward,n\n{lines}\n")
    found = [scan_table(tmp_path / f"t.{ending}")[1] for ending in ("parquet", "jsonl", "csv")]
    assert found[0] == found[1] == found[2]
    assert [verdict.type for verdict in found[0]] == ["email_address", "generic_id"]


def test_a_column_that_comes_late_has_all_rows(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text('{"a": 1}\n{"a": 2}\n')
    (tmp_path / "2.jsonl").write_text('{"b": "jo@example.org"}\n')
    samples, verdicts = scan_table(tmp_path)
    assert [(s.name, s.rows, s.nulls) for s in samples] == [("a", 3, 1), ("b", 3, 2)]
    assert verdicts[1].type == "email_address"
