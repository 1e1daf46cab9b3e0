"""Tables that nobody expects, for every expectation: the same verdict or refusal on both engines.

Each case changes one table in which every expectation passes. What can't be judged must be refused
in a sentence that names no value; it never crashes, and never passes for being odd.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import veilflow_expectations
from veilflow.errors import StageFailed
from veilflow.risk import draw_canaries
from veilflow_expectations.population_people import add_population
from veilflow_expectations.splits import split_of

from tests.frames import spark_frame

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Columns = dict[str, list[Any]]
# What came out for one expectation: the verdict and what was observed, or the refusal's sentence.
Outcome = tuple[bool, float | None] | str

CANARY = "CANARY-7c1e"
NAN = float("nan")
MIDNIGHT = dt.datetime.combine(dt.date(2024, 2, 29), dt.time())
NAMES = ("town", "ill", "person", "key")
ROWS = 8
TABLE: Columns = {
    "town": [f"{CANARY} town {n % 2}" for n in range(ROWS)],
    "ill": [f"{CANARY} ill {n // 2 % 2}" for n in range(ROWS)],
    "person": [f"{CANARY} person {n}" for n in range(ROWS)],
    "key": [f"{n}123456789abcdefghijklmnop" for n in range(ROWS)],
}
TEXTS = dict.fromkeys(NAMES, "string")
L = {"quasi_identifiers": ["town"], "column": "ill", "privacy_unit": "person"}
# Every exported expectation, by arguments with which the table above passes.
FORMS: dict[str, list[dict[str, Any]]] = {
    "ExpectTableToBeKAnonymous": [
        {"quasi_identifiers": ["town", "ill"], "k": 2},
        {"quasi_identifiers": ["town"], "k": 4, "privacy_unit": "person"},
    ],
    "ExpectTableToBeLDiverse": [
        {**L, "l": 2},
        {**L, "l": 2, "kind": "entropy"},
        {**L, "l": 2, "kind": "recursive", "c": 3},
    ],
    "ExpectTableToBeTClose": [
        {**L, "t": 0.1},
        {**L, "t": 0.1, "distance": "ordered"},
    ],
    "ExpectTableToBeBetaLike": [{**L, "beta": 0.1}],
    "ExpectTableToBeDeltaDisclosurePrivate": [{**L, "delta": 0.1}],
    "ExpectTableToBeDeltaPresent": [
        {"quasi_identifiers": ["town"], "reference": "everybody", "upper": 1.0}
    ],
    "ExpectTableToBeKMapped": [
        {"quasi_identifiers": ["town"], "reference": "everybody", "k": 4},
        {"quasi_identifiers": ["town"], "population_size": 80, "k": 5, "privacy_unit": "person"},
    ],
    "ExpectReidentificationRiskToBeBelow": [
        {"quasi_identifiers": ["town"], "max_risk": 0.25, "privacy_unit": "person"}
    ],
    "ExpectSmallCellsToBeAbsent": [
        {"columns": ["town", "ill"], "threshold": 2, "privacy_unit": "person"}
    ],
    "ExpectColumnValuesToNotAppearInReference": [{"column": "key", "reference": "people"}],
    "ExpectColumnValuesToAppearInReference": [{"column": "person", "reference": "people"}],
    "ExpectColumnValuesToBePseudonyms": [{"column": "key"}],
    "ExpectExactCopiesToBeBelow": [
        {"columns": ["key", "town"], "reference": "rows", "max_share": 0.0}
    ],
    "ExpectColumnNullShareToBeBelow": [{"column": "key", "max_share": 0.0}],
    "ExpectDifferenceToPreviousReleaseToHidePeople": [
        {"quasi_identifiers": ["town"], "reference": "before", "k": 2, "privacy_unit": "person"},
        {"quasi_identifiers": ["town"], "reference": "before", "k": 2},
    ],
    **{
        name: [{"columns": ["town", "ill"], "reference": "split", "least_people": 1, **more}]
        for name, more in {
            "ExpectCopiesOfTrainingToBeBelow": {},
            "ExpectSinglingOutToBeBelow": {},
            "ExpectLinkabilityToBeBelow": {"first": ["town"]},
            "ExpectAttributeInferenceToBeBelow": {"secret": "ill"},
            "ExpectPlantedCanariesToBeAbsent": {},
        }.items()
    },
}
# Free text has odd input of its own: notes, labels, types of columns (test_text_expectations.py).
OF_TEXTS = {
    "ExpectDetectorRecallToBeAtLeast",
    "ExpectFreeTextToContainNoDetectedEntity",
    "ExpectFreeTextToContainNoKnownIdentifier",
}
# What a column or a table holds as a whole: their odd input is tested beside them.
OF_CONTENT = {
    "ExpectColumnCorrelationsToBeKept",
    "ExpectColumnDistributionToBeClose",
    "ExpectColumnValuesToBeFormatPreserving",
    "ExpectColumnValuesToContainNoPersonalData",
    "ExpectColumnValuesToJoinOnlyWithinDomain",
}
# What attackers are assumed to hold has odd input of its own (test_attacks.py).
OF_ATTACKS = {
    "ExpectFrequencyAttackToFail",
    "ExpectHomogeneityAttackToFail",
    "ExpectIdOrderToTellNothing",
    "ExpectLinkageAttackToFail",
    "ExpectRowOrderToTellNothing",
    "ExpectTableSchemaToTellNothing",
}
ASKED = [(name, arguments) for name, forms in FORMS.items() for arguments in forms]
# Those that ask something of nobody in particular, and so can't pass a table of nobody's rows.
OF_PEOPLE = ("KAnonymous", "LDiverse", "TClose", "Risk", "SmallCells")


@dataclass(frozen=True)
class Engine:
    """Makes frames of one engine."""

    name: str
    spark: Any = None

    def frame(self, columns: Columns, types: Mapping[str, str] = TEXTS) -> Any:
        """A frame of ``columns``; ``types`` are Spark's, by name."""
        if self.spark is None:
            return pd.DataFrame(columns)
        from pyspark.sql.types import StructField, StructType, _parse_datatype_string

        parsed = {kind: _parse_datatype_string(kind) for kind in set(types.values())}
        schema = StructType([StructField(name, parsed[kind]) for name, kind in types.items()])
        return spark_frame(self.spark, columns, schema)


@pytest.fixture(params=["pandas", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest) -> Engine:
    spark = request.getfixturevalue("spark") if request.param == "spark" else None
    return Engine(request.param, spark)


@pytest.fixture
def engines(spark: SparkSession) -> list[Engine]:
    return [Engine("pandas"), Engine("spark", spark)]


@pytest.fixture(autouse=True)
def filled(references: Any) -> Iterator[None]:
    _fill(references)
    yield


def _fill(references: Any, table: Columns = TABLE) -> None:
    whole = pd.DataFrame(table)
    town, _, person, key = table
    references.add("people", table[person])
    references.add_rows("rows", whole.assign(**{key: "other"}), [key, town])
    references.add_frame("before", whole)
    add_population(references, "everybody", whole, [town])
    drawn = draw_canaries(table, b"a key for tests only", planted=4, held_back=40)
    references.add_split("split", split_of(whole, whole, canaries=drawn))


def built(name: str, arguments: Mapping[str, Any]) -> Any:
    return getattr(veilflow_expectations, name)(**arguments)


def judged(frame: Any, asked: list[tuple[str, dict[str, Any]]]) -> list[Outcome]:
    """The outcome of every expectation: all in one run, or where that is refused one by one."""
    from great_expectations import ExpectationSuite
    from veilflow_expectations import run_suite

    expectations = [built(name, arguments) for name, arguments in asked]
    if not asked:
        return []
    try:
        checks = run_suite(frame, ExpectationSuite("s", expectations=expectations)).checks
    except StageFailed as refused:
        if len(asked) > 1:
            return [outcome for one in asked for outcome in judged(frame, [one])]
        return [_sentence(refused)]
    return [(check.passed, check.observed) for check in checks]


def _sentence(refused: StageFailed) -> str:
    said = str(refused)
    assert CANARY.lower() not in said.lower()
    assert not re.search(r"\.(py|pyx|pxi):\d", said), f"not refused, but crashed: {said}"
    # The metric's own name has a suffix where Spark aggregates.
    return said.partition(": ")[2].partition(": ")[2]


def by_name(outcomes: list[Outcome]) -> dict[str, Outcome]:
    return {
        f"{name} {number}": outcome
        for number, ((name, _), outcome) in enumerate(zip(ASKED, outcomes, strict=True))
    }


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Arguments with columns called otherwise."""
    if isinstance(value, dict):
        return {key: renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


def test_every_expectation_has_a_form() -> None:
    exported = {name for name in veilflow_expectations.__all__ if name.startswith("Expect")}
    assert set(FORMS) | OF_TEXTS | OF_CONTENT | OF_ATTACKS == exported


def test_the_table_passes(engine: Engine) -> None:
    outcomes = by_name(judged(engine.frame(TABLE), ASKED))
    assert {name: outcome for name, outcome in outcomes.items() if outcome[0] is not True} == {}


def test_an_empty_table_passes(engine: Engine) -> None:
    frame = engine.frame({name: [] for name in NAMES})
    failed = {n: o for n, o in by_name(judged(frame, ASKED)).items() if o[0] is not True}
    # Everybody has left since the release before: all at once, so that nobody stands out.
    assert failed == {}


@pytest.mark.parametrize("missing", NAMES)
def test_a_missing_column_is_named(engine: Engine, missing: str) -> None:
    columns = {name: values for name, values in TABLE.items() if name != missing}
    frame = engine.frame(columns, dict.fromkeys(columns, "string"))
    for (name, arguments), outcome in zip(ASKED, judged(frame, ASKED), strict=True):
        if missing in str(arguments):
            assert f"the table has no column {missing}." in str(outcome), name
        else:
            assert outcome[0] is True, name


CHANGES: dict[str, tuple[str, Callable[[int], Any]]] = {
    "nulls": ("string", lambda n: None),
    "blanks": ("string", lambda n: "  " if n % 2 else ""),
    "nulls of a number": ("double", lambda n: None),
    "NaN": ("double", lambda n: NAN),
    "NaN, null and zeros": ("double", lambda n: [NAN, None, 0.0, -0.0][n % 4]),
    "infinite": ("double", lambda n: [float("inf"), float("-inf"), 1e300, -1e-300][n % 4]),
    "whole floats": ("double", lambda n: [1.0, 2.0, 1e10, 1e18][n % 4]),
    "fractions": ("double", lambda n: [0.1, 1.5, 1 / 3, 1e-7][n % 4]),
    "integers": ("bigint", lambda n: [2**60, 2**60 + 1, 0, -5][n % 4]),
    "integers and nulls": ("bigint", lambda n: [1, 2, None, 4][n % 4]),
    "truth values": ("boolean", lambda n: [True, False, None, True][n % 4]),
    "dates": ("date", lambda n: [dt.date(1970, 1, 1), dt.date(2024, 2, 29), None][n % 3]),
    "moments": (
        "timestamp",
        lambda n: [MIDNIGHT, MIDNIGHT + dt.timedelta(seconds=3723, milliseconds=450)][n % 2],
    ),
    "decimals": ("decimal(12,3)", lambda n: [decimal.Decimal("1.500"), decimal.Decimal(2)][n % 2]),
    "bytes": ("binary", lambda n: [b"\xff\x00", CANARY.encode(), b"", None][n % 4]),
    "another case": ("string", lambda n: [CANARY, CANARY.lower(), CANARY.upper()][n % 3]),
    "spaces behind": ("string", lambda n: CANARY + " " * (n % 3)),
    "Unicode forms": (
        "string",
        lambda n: unicodedata.normalize(["NFC", "NFD"][n % 2], f"{CANARY} Zo\u00eb \u212b"),
    ),
    "what shows nothing": ("string", lambda n: f"{CANARY}{['', chr(0x200B), chr(0xAD)][n % 3]}"),
    "line breaks and NULs": ("string", lambda n: f"{CANARY}{['', chr(10), chr(0)][n % 3]}"),
    "long": ("string", lambda n: f"{CANARY}{n}" * 20_000),
    "lists": ("array<string>", lambda n: [CANARY, str(n)]),
    "no lists": ("array<string>", lambda n: None if n else [CANARY]),
    "records": ("map<string,string>", lambda n: {CANARY: str(n)}),
}


def assert_alike(engines: list[Engine], columns: Columns, types: Mapping[str, str]) -> None:
    """Both engines say the same of every expectation.

    One that is refused takes its whole run with it: what pandas refuses is asked of Spark alone,
    so that all the rest needs one run.
    """
    pandas, spark = (engine.frame(columns, types) for engine in engines)
    ours = judged(pandas, ASKED)
    taken = [place for place, outcome in enumerate(ours) if not isinstance(outcome, str)]
    theirs = dict(zip(taken, judged(spark, [ASKED[place] for place in taken]), strict=True))
    for place in set(range(len(ASKED))) - set(taken):
        (theirs[place],) = judged(spark, [ASKED[place]])
    assert by_name(ours) == by_name([theirs[place] for place in range(len(ASKED))])


@pytest.mark.spark
@pytest.mark.parametrize("name", CHANGES)
def test_odd_columns_are_judged_alike(engines: list[Engine], name: str) -> None:
    kind, cell = CHANGES[name]
    columns = {column: [cell(n) for n in range(ROWS)] for column in NAMES}
    types = dict.fromkeys(NAMES, kind)
    assert_alike(engines, columns, types)


@pytest.mark.spark
@pytest.mark.parametrize("odd", NAMES)
@pytest.mark.parametrize("name", ["nulls", "NaN, null and zeros", "integers and nulls", "lists"])
def test_one_odd_column_is_judged_alike(engines: list[Engine], name: str, odd: str) -> None:
    kind, cell = CHANGES[name]
    columns = {**TABLE, odd: [cell(n) for n in range(ROWS)]}
    types = {**TEXTS, odd: kind}
    assert_alike(engines, columns, types)


def test_nobody_is_hidden_by_nobody(engine: Engine) -> None:
    """Rows without a person make no crowd, whatever stands for nothing."""
    for nobody, kind in ((None, "string"), (NAN, "double")):
        frame = engine.frame({**TABLE, "person": [nobody] * ROWS}, {**TEXTS, "person": kind})
        asked = [
            ("ExpectTableToBeKAnonymous", FORMS["ExpectTableToBeKAnonymous"][1]),
            ("ExpectSmallCellsToBeAbsent", FORMS["ExpectSmallCellsToBeAbsent"][0]),
        ]
        # A cell with rows but without people counts nobody, as one without rows does.
        assert judged(frame, asked) == [(False, 0.0), (True, 0.0)]


LEAKS = {
    "as it is": TABLE["person"][3],
    "another case": TABLE["person"][3].swapcase(),
    "spaces": f"  {TABLE['person'][3]}\t ",
    "spaces inside": TABLE["person"][3].replace(" ", "\u00a0 "),
    "full width": "".join(
        chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in TABLE["person"][3]
    ),
    "unseen": "\u200b".join(TABLE["person"][3]),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_a_leak_in_any_spelling(engine: Engine, name: str) -> None:
    frame = engine.frame({**TABLE, "key": [*TABLE["key"][1:], LEAKS[name]]})
    (outcome,) = judged(
        frame,
        [
            (
                "ExpectColumnValuesToNotAppearInReference",
                {"column": "key", "reference": "people"},
            )
        ],
    )
    assert outcome == (False, 1.0)


@pytest.mark.parametrize(
    ("values", "kind", "hits"),
    [
        (["5", "x"], "string", 1),
        ([5.0, NAN], "double", 1),
        ([5, 6], "bigint", 1),
        ([decimal.Decimal("5.00"), None], "decimal(9,2)", 1),
        ([dt.date(2024, 2, 29), None], "date", 1),
        ([MIDNIGHT, None], "timestamp", 1),
        (["2024-02-29", "true"], "string", 2),
        ([True, False], "boolean", 1),
        (["05", "5.5"], "string", 0),
    ],
)
def test_the_reference_may_be_of_another_type(
    engine: Engine, references: Any, values: list[Any], kind: str, hits: int
) -> None:
    references.add("mixed", [5, dt.date(2024, 2, 29), True])
    (outcome,) = judged(
        engine.frame({"v": values}, {"v": kind}),
        [("ExpectColumnValuesToNotAppearInReference", {"column": "v", "reference": "mixed"})],
    )
    assert outcome == (hits == 0, hits)


STRANGE = {
    "a dot": "a.b",
    "a backtick": "a`b",
    "quotes": "a'b\"c",
    "a space": " a b ",
    "Unicode": "\u0436\u4e2d\U0001f600",
    "a line break": "a\nb",
    "nothing": "",
    "SQL": "select * from",
    "a star": "*",
    "braces": "{0} $x %s",
    "one of ours": "value",
    "another of ours": "q0",
    "a person": "unit",
}


@pytest.mark.parametrize("first", range(len(STRANGE)), ids=STRANGE)
def test_columns_may_have_any_name(engine: Engine, references: Any, first: int) -> None:
    """Four strange names at once; over all cases each column has each of them."""
    strange = list(STRANGE.values())
    names = {column: strange[(first + n) % len(strange)] for n, column in enumerate(NAMES)}
    table = {names[column]: values for column, values in TABLE.items()}
    _fill(references, table)
    asked = [(one, renamed(given, names)) for one, given in ASKED]
    outcomes = judged(engine.frame(table, dict.fromkeys(table, "string")), asked)
    assert [outcome[0] for outcome in outcomes] == [True] * len(asked), outcomes


@pytest.mark.parametrize("second", ["town", "TOWN"])
def test_a_name_that_is_there_twice_is_refused(engine: Engine, second: str) -> None:
    if engine.spark is None:
        frame = pd.DataFrame(TABLE)
        frame = pd.concat([frame, frame[["town"]].set_axis([second], axis=1)], axis=1)
    else:
        whole = engine.frame(TABLE)
        frame = whole.select("*", whole["town"].alias(second))
    for (name, arguments), outcome in zip(ASKED, judged(frame, ASKED), strict=True):
        if "town" in str(arguments):
            assert "the table has several columns called town" in str(outcome), name
        else:
            assert outcome[0] is True, name


@pytest.mark.slow
def test_wide_tables(engine: Engine) -> None:
    """2,000 columns: every expectation on a few of them, and one on each of them."""
    wide = {f"column {n}": [None, "x"] * (ROWS // 2) for n in range(2000)}
    table = {**TABLE, **wide}
    frame = engine.frame(table, dict.fromkeys(table, "string"))
    assert all(outcome[0] is True for outcome in judged(frame, ASKED))
    each = [("ExpectColumnNullShareToBeBelow", {"column": name, "max_share": 0.5}) for name in wide]
    assert set(judged(frame, each)) == {(True, 0.5)}
    assert judged(
        frame, [("ExpectTableToBeKAnonymous", {"quasi_identifiers": list(wide), "k": 4})]
    ) == [(True, 4.0)]


@pytest.mark.parametrize("condition", ['col("town") == "x"', "town = 'x'"])
@pytest.mark.parametrize("name", FORMS)
def test_a_row_condition_is_refused(name: str, condition: str) -> None:
    """Ours judge whole tables; a condition must not be left out in silence."""
    from veilflow.errors import UsageError
    from veilflow_expectations.suite import load_suite

    arguments = {**FORMS[name][0], "row_condition": condition, "condition_parser": "spark"}
    with pytest.raises(ValueError, match="extra fields not permitted"):
        built(name, arguments)
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    document = {"name": "s", "expectations": [{"type": kind, "kwargs": arguments}]}
    with pytest.raises(UsageError, match="can't be built"):
        load_suite(document)


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
def test_a_severity_changes_no_verdict(engine: Engine, severity: str) -> None:
    from great_expectations import ExpectationSuite
    from veilflow_expectations import run_suite

    frame = engine.frame({name: values[:1] for name, values in TABLE.items()})
    arguments = {**FORMS["ExpectTableToBeKAnonymous"][0], "severity": severity}
    expectation = built("ExpectTableToBeKAnonymous", arguments)
    (found,) = run_suite(frame, ExpectationSuite("s", expectations=[expectation])).checks
    assert (found.passed, found.observed) == (False, 1.0)
    assert found.blocking == (severity == "critical")


@pytest.mark.parametrize("frame", [None, [], "table", {"town": ["a"]}, pd.Series(["a"])])
def test_what_is_no_table_cant_be_judged(frame: Any) -> None:
    assert isinstance(judged(frame, ASKED[:1])[0], str)
