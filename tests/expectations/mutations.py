"""The least that breaks each expectation: a table that passes, and the same table broken by one.

Every exported expectation has an entry; test_mutations.py sees that each is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import veilflow_expectations
from veilflow.risk import draw_canaries

__all__ = ["MUTATIONS", "Columns", "Mutation"]

Columns = dict[str, list[Any]]

PSEUDONYM = "0123456789abcdefghijklmnop"
NOBODY: Callable[[Any], None] = lambda references: None  # noqa: E731 - a default, not a function


@dataclass(frozen=True)
class Mutation:
    """A table that keeps what is expected, and the same table broken by one."""

    expectation: str
    name: str
    arguments: Mapping[str, Any]
    schema: str
    passing: Columns
    broken: Columns
    fill: Callable[[Any], None] = field(default=NOBODY)
    # Where a column's name is what breaks it.
    broken_schema: str | None = None

    def __str__(self) -> str:
        return f"{self.expectation}: {self.name}"

    def build(self) -> Any:
        """The expectation itself."""
        return getattr(veilflow_expectations, self.expectation)(**self.arguments)


def without(columns: Columns, row: int) -> Columns:
    """The table with one row less."""
    return {name: values[:row] + values[row + 1 :] for name, values in columns.items()}


def changed(columns: Columns, row: int, **cells: Any) -> Columns:
    """The table with some cells of one row changed."""
    return {
        name: values[:row] + [cells.get(name, values[row])] + values[row + 1 :]
        for name, values in columns.items()
    }


TOWNS: Columns = {
    "town": ["London"] * 5 + ["York"] * 5,
    "person": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "ill": ["flu", "cold", "gout", "flu", "cold"] * 2,
}
TOWN_SCHEMA = "town string, person int, ill string"
# Two values in each class, in the same proportion: one row less shifts it by a sixth.
EVEN: Columns = {
    "town": ["London"] * 4 + ["York"] * 4,
    "person": list(range(8)),
    "ill": ["flu", "cold"] * 4,
}
COPIED: Columns = {
    "age": [10 + n for n in range(200)],
    "town": [f"town {n % 13}" for n in range(200)],
}
COPY_SCHEMA = "age int, town string"
LABELS: Columns = {"v": ["p1", "p2", None] * 100}


def _town(references: Any) -> None:
    import pandas as pd
    from veilflow_expectations.population_people import add_population

    town = pd.DataFrame(
        {"town": ["London"] * 10 + ["York"] * 10 + ["Hull"] * 9, "person": range(29)}
    )
    add_population(references, "town", town, ["town"], "person")


def _whole(references: Any) -> None:
    import pandas as pd
    from veilflow_expectations.whole_values import add_whole

    add_whole(references, "whole", pd.DataFrame(EVEN), "ill", "person")


def _names(references: Any) -> None:
    references.add("names", ["Ada Lovelace", "Grace Hopper"])


def _people(references: Any) -> None:
    references.add("people", ["p1", "p2"])


def _all_names(references: Any) -> None:
    _names(references)
    _people(references)


def _rows(references: Any) -> None:
    import pandas as pd

    reference = pd.DataFrame({"age": [10, 11, 99], "town": ["town 0", "no town", None]})
    references.add_rows("rows", reference, ["age", "town"])


def _before(references: Any) -> None:
    import pandas as pd

    references.add_frame("before", pd.DataFrame(TOWNS))


def _patients(numbers: Iterable[int]) -> Columns:
    found = list(numbers)
    return {
        "born": [1900 + n for n in found],
        "town": [f"town {n % 7}" for n in found],
        "cost": [37 * n % 101 for n in found],
    }


FITTED, UNSEEN = _patients(range(0, 200, 2)), _patients(range(1, 200, 2))
CANARIES = draw_canaries(FITTED, b"a key for tests only", planted=20, held_back=200)


def _split(references: Any) -> None:
    import pandas as pd
    from veilflow_expectations.splits import split_of

    sides = pd.DataFrame(FITTED), pd.DataFrame(UNSEEN)
    references.add_split("split", split_of(*sides, canaries=CANARIES))


def copies(count: int, of: Columns = FITTED) -> Columns:
    """``count`` rows of ``of`` and those of strangers, 60 in all."""
    strangers = _patients(range(1001, 1121 - 2 * count, 2))
    return {name: [*of[name][:count], *strangers[name]] for name in of}


SPLIT = {"columns": ["born", "town", "cost"], "reference": "split"}
SPLIT_SCHEMA = "born int, town string, cost int"


def _identifiers(references: Any) -> None:
    import pandas as pd
    from veilflow_expectations.text_references import add_identifiers

    people = pd.DataFrame({"name": ["Ada Lovelace", "Grace Hopper"], "mrn": ["004512777", None]})
    add_identifiers(references, "people", [(people, {})])


def _labels(references: Any) -> None:
    """A person marked the name in every note, and in one a word that no detector finds."""
    from veilflow.classify.labels import Label, Labels, Span, note_digest
    from veilflow_expectations.label_references import add_labels

    labels = [
        Label(note_digest(text, references.key), "ada", (Span(9, 17, "person_name"),))
        for text in NAMED["note"]
    ]
    odd = Label(note_digest(ODD, references.key), "ada", (Span(0, 4, "person_name"),))
    add_labels(references, "labels", Labels.of([*labels, odd], references.key))


NOTES: Columns = {"note": [f"Visit {n}: stable, plan unchanged." for n in range(150)] + [None]}
NAMED: Columns = {"note": [f"Patient: Jane Doe, visit {n}." for n in range(100)]}
ODD = "zzyx came alone."
# Text, and numbers that grow with it: half the rows each, one row is a two-hundredth.
WARDS: Columns = {
    "ward": ["a"] * 100 + ["b"] * 100,
    "beds": list(range(200)),
    "cost": [10 * n for n in range(200)],
}
WARD_SCHEMA = "ward string, beds int, cost int"
CARDS: Columns = {"v": ["4111 1111 1111 1111"] * 50 + ["5500 0000 0000 0004"] * 50 + [None]}


def _wards(references: Any) -> None:
    import pandas as pd
    from veilflow_expectations.registering import register_correlations, register_distribution

    frame = pd.DataFrame(WARDS)
    register_distribution("wards", frame["ward"])
    register_distribution("beds", frame["beds"])
    register_correlations("table", frame, ["ward", "beds", "cost"])


def _shapes(references: Any) -> None:
    import pandas as pd
    from veilflow_expectations.registering import register_shapes

    register_shapes("cards", pd.Series(CARDS["v"]))


def _attackers(references: Any) -> None:
    import pandas as pd
    from veilflow_expectations import register_frequencies, register_order, register_targets

    _names(references)
    known = pd.DataFrame(TOWNS)
    register_targets("known", known, ["town"], "person", is_everyone=True)
    register_order("order", pd.DataFrame(ORDER), ["n"])
    register_frequencies("towns", {"London": 3, "York": 2, "Leeds": 1})


ORDER: Columns = {"n": list(range(14)), "id": [f"c{n:02}" for n in range(14)]}
MOVED: Columns = {name: [*values[1:], values[0]] for name, values in ORDER.items()}
NUMBERED: Columns = {"n": MOVED["n"], "id": ORDER["id"]}
K = {"quasi_identifiers": ["town"], "k": 5}
L = {"quasi_identifiers": ["town"], "column": "ill", "privacy_unit": "person"}
MUTATIONS = [
    Mutation(
        "ExpectTableToBeKAnonymous", "k-1 rows", K, TOWN_SCHEMA, TOWNS, without(TOWNS, 9)
    ),
    Mutation(
        "ExpectTableToBeKAnonymous", "k-1 people in k rows", {**K, "privacy_unit": "person"},
        TOWN_SCHEMA, TOWNS, changed(TOWNS, 9, person=9),
    ),
    Mutation(
        "ExpectTableToBeKAnonymous", "one of k is nobody", {**K, "privacy_unit": "person"},
        TOWN_SCHEMA, TOWNS, changed(TOWNS, 9, person=None),
    ),
    Mutation(
        "ExpectTableToBeKAnonymous", "one row moves away", {**K, "k": 4}, TOWN_SCHEMA,
        TOWNS, changed(TOWNS, 9, town="york"),
    ),
    Mutation(
        "ExpectTableToBeLDiverse", "the only other value goes", {**L, "l": 3}, TOWN_SCHEMA,
        TOWNS, changed(TOWNS, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeLDiverse", "one of two moves", {**L, "l": 2, "kind": "entropy"},
        TOWN_SCHEMA, EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeLDiverse", "the rare grow rarer",
        {**L, "l": 2, "kind": "recursive", "c": 1.1}, TOWN_SCHEMA, EVEN, without(EVEN, 7),
    ),
    Mutation(
        "ExpectTableToBeTClose", "one value", {**L, "t": 0.0}, TOWN_SCHEMA,
        EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeTClose", "one value, ordered", {**L, "t": 0.0, "distance": "ordered"},
        TOWN_SCHEMA, EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeTClose", "one value, below its own parent",
        {
            **L, "t": 0.0, "distance": "hierarchical",
            "hierarchy": [["flu", "lung", "*"], ["cold", "lung", "*"], ["gout", "joint", "*"]],
        },
        TOWN_SCHEMA, EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeTClose", "one value, beside the whole table",
        {**L, "t": 0.0, "reference": "whole"}, TOWN_SCHEMA, EVEN, changed(EVEN, 7, ill="flu"),
        _whole,
    ),
    Mutation(
        "ExpectTableToBeBetaLike", "one value", {**L, "beta": 0.3}, TOWN_SCHEMA,
        EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeBetaLike", "one value, beside the whole table",
        {**L, "beta": 0.4, "kind": "basic", "reference": "whole"}, TOWN_SCHEMA,
        EVEN, changed(EVEN, 7, ill="flu"), _whole,
    ),
    Mutation(
        "ExpectTableToBeDeltaDisclosurePrivate", "one value", {**L, "delta": 0.3}, TOWN_SCHEMA,
        EVEN, changed(EVEN, 7, ill="flu"),
    ),
    Mutation(
        "ExpectTableToBeDeltaPresent", "one person",
        {"quasi_identifiers": ["town"], "reference": "town", "upper": 0.5}, TOWN_SCHEMA,
        TOWNS, changed(TOWNS, 5, town="London"), _town,
    ),
    Mutation(
        "ExpectTableToBeKMapped", "one person, beside the population",
        {"quasi_identifiers": ["town"], "reference": "town", "k": 10}, TOWN_SCHEMA,
        TOWNS, changed(TOWNS, 9, town="Hull"), _town,
    ),
    Mutation(
        "ExpectTableToBeKMapped", "one person, by the population's size",
        {
            "quasi_identifiers": ["town"], "k": 5, "population_size": 100, "significance": 0.01,
            "privacy_unit": "person",
        },
        TOWN_SCHEMA, TOWNS, changed(TOWNS, 0, town="York"),
    ),
    *(
        Mutation(
            "ExpectReidentificationRiskToBeBelow", name,
            {"quasi_identifiers": ["town"], name: bound}, TOWN_SCHEMA, TOWNS, broken,
        )
        for name, bound, broken in [
            ("max_risk", 0.2, without(TOWNS, 9)),
            ("average_risk", 0.2, without(TOWNS, 9)),
            ("unique_share", 0.0, changed(TOWNS, 9, town="Hull")),
        ]
    ),
    Mutation(
        "ExpectSmallCellsToBeAbsent", "threshold-1 rows",
        {"columns": ["town"], "threshold": 5}, TOWN_SCHEMA, TOWNS, without(TOWNS, 0),
    ),
    Mutation(
        "ExpectSmallCellsToBeAbsent", "threshold-1 people",
        {"columns": ["town"], "threshold": 5, "privacy_unit": "person"},
        TOWN_SCHEMA, TOWNS, changed(TOWNS, 0, person=2),
    ),
    *(
        Mutation(
            "ExpectColumnValuesToNotAppearInReference", name,
            {"column": "v", "reference": "names"}, "v string",
            {"v": ["somebody", None, ""] * 100}, {"v": ["somebody", None, ""] * 100 + [leak]},
            _names,
        )
        for name, leak in [
            ("one value", "Ada Lovelace"),
            ("in another case", "gRACE hopper"),
            ("with a space at its end", "Ada Lovelace "),
            ("in another Unicode form", "Ａda Lovelace"),
            ("with a space nobody sees", "Ada\u200b Lovelace"),
        ]
    ),
    Mutation(
        "ExpectColumnValuesToAppearInReference", "one stranger",
        {"column": "v", "reference": "people"}, "v string", LABELS,
        {"v": [*LABELS["v"], "p3"]}, _people,
    ),
    Mutation(
        "ExpectColumnValuesToAppearInReference", "one stranger more than may be",
        {"column": "v", "reference": "people", "max_missing": 1}, "v string",
        {"v": [*LABELS["v"], "p3"]}, {"v": [*LABELS["v"], "p3", "p3"]}, _people,
    ),
    *(
        Mutation(
            "ExpectColumnValuesToBePseudonyms", name, {"column": "v"}, "v string",
            {"v": [PSEUDONYM, None] * 100}, {"v": [PSEUDONYM, None] * 100 + [odd]},
        )
        for name, odd in [
            ("a character too few", PSEUDONYM[1:]),
            ("a character too many", f"{PSEUDONYM}0"),
            ("one capital", f"{PSEUDONYM[:-1]}P"),
            ("a line break", f"{PSEUDONYM}\n"),
        ]
    ),
    *(
        Mutation(
            "ExpectDifferenceToPreviousReleaseToHidePeople", name,
            {"quasi_identifiers": ["town"], "reference": "before", "k": 2, "privacy_unit": unit},
            TOWN_SCHEMA, without(without(TOWNS, 9), 8), broken, _before,
        )
        for name, unit, broken in [
            ("one person has left", "person", without(TOWNS, 9)),
            ("one person has moved", "person", changed(TOWNS, 9, town="London")),
            ("one row is gone", None, without(TOWNS, 9)),
        ]
    ),
    Mutation(
        "ExpectLinkageAttackToFail", "one of two is gone",
        {"quasi_identifiers": ["town"], "reference": "known", "max_rate": 0.0}, TOWN_SCHEMA,
        {name: values[3:7] for name, values in TOWNS.items()},
        {name: values[3:6] for name, values in TOWNS.items()}, _attackers,
    ),
    Mutation(
        "ExpectLinkageAttackToFail", "two rows are one person's",
        {
            "quasi_identifiers": ["town"], "reference": "known", "max_rate": 0.0,
            "privacy_unit": "person",
        },
        TOWN_SCHEMA, {name: values[3:7] for name, values in TOWNS.items()},
        changed({name: values[3:7] for name, values in TOWNS.items()}, 3, person=6), _attackers,
    ),
    Mutation(
        "ExpectHomogeneityAttackToFail", "the only other value goes",
        {"quasi_identifiers": ["town"], "column": "ill", "max_rate": 0.0, "privacy_unit": "person"},
        TOWN_SCHEMA, changed(EVEN, 1, ill="flu"),
        changed(changed(EVEN, 1, ill="flu"), 3, ill="flu"),
    ),
    Mutation(
        "ExpectHomogeneityAttackToFail", "the only third value goes",
        {"quasi_identifiers": ["town"], "column": "ill", "max_rate": 0.0, "excluded": 1},
        TOWN_SCHEMA, TOWNS, changed(TOWNS, 2, ill="flu"),
    ),
    Mutation(
        "ExpectFrequencyAttackToFail", "one row more of one pseudonym",
        {"column": "v", "reference": "towns", "max_rate": 0.0}, "v string",
        {"v": ["a", "a", "b", "b", "c", "c"]}, {"v": ["a", "a", "a", "b", "b", "c"]}, _attackers,
    ),
    Mutation(
        "ExpectRowOrderToTellNothing", "one row is back in its place",
        {"columns": ["n"], "reference": "order"}, "n int, id string", MOVED, ORDER, _attackers,
    ),
    Mutation(
        "ExpectIdOrderToTellNothing", "one id is back in its place",
        {"column": "id", "columns": ["n"], "reference": "order"}, "n int, id string",
        NUMBERED, MOVED, _attackers,
    ),
    Mutation(
        "ExpectTableSchemaToTellNothing", "one column is called after somebody",
        {"reference": "names"}, "visits int", {"visits": [1, 2]}, {"of_AdaLovelace": [1, 2]},
        _names, "of_AdaLovelace int",
    ),
    Mutation(
        "ExpectExactCopiesToBeBelow", "one copy too many",
        {"columns": ["age", "town"], "reference": "rows", "max_share": 0.005}, COPY_SCHEMA,
        COPIED, changed(COPIED, 1, town="no town"), _rows,
    ),
    Mutation(
        "ExpectExactCopiesToBeBelow", "one copy with nothing in a cell",
        {"columns": ["age", "town"], "reference": "rows", "max_share": 0.005}, COPY_SCHEMA,
        changed(COPIED, 89, town="here"), changed(COPIED, 89, town=None), _rows,
    ),
    *(
        Mutation(
            "ExpectFreeTextToContainNoKnownIdentifier", name,
            {"column": "note", "reference": "people"}, "note string", NOTES,
            changed(NOTES, 77, note=text), _identifiers,
        )
        for name, text in [
            ("one name", "Visit 77: Lovelace, Ada."),
            ("one name with an edit", "Visit 77: Ada Loveiace."),
            ("one number", "Visit 77: 004-512-777."),
        ]
    ),
    *(
        Mutation(
            "ExpectFreeTextToContainNoDetectedEntity", name, {"column": "note"}, "note string",
            NOTES, changed(NOTES, 77, note=text),
        )
        for name, text in [
            ("one name", "Visit 77: spoke with Dr. Okonkwo."),
            ("one address", "Visit 77: a.b@example.org."),
        ]
    ),
    Mutation(
        "ExpectDetectorRecallToBeAtLeast", "one entity is missed",
        {"column": "note", "labels": "labels", "min_recall": 0.96}, "note string",
        NAMED, changed(NAMED, 50, note=ODD), _labels,
    ),
    Mutation(
        "ExpectColumnNullShareToBeBelow", "one null more", {"column": "v", "max_share": 0.01},
        "v string", {"v": [None] + ["a"] * 99}, {"v": [None, None] + ["a"] * 98},
    ),
    Mutation(
        "ExpectCopiesOfTrainingToBeBelow", "one copy more than chance explains", SPLIT,
        SPLIT_SCHEMA, copies(16), copies(17), _split,
    ),
    Mutation(
        "ExpectSinglingOutToBeBelow", "one copy more", SPLIT, SPLIT_SCHEMA,
        copies(19), copies(20), _split,
    ),
    Mutation(
        "ExpectLinkabilityToBeBelow", "one copy more", {**SPLIT, "first": ["born"]}, SPLIT_SCHEMA,
        copies(8), copies(9), _split,
    ),
    Mutation(
        "ExpectAttributeInferenceToBeBelow", "one copy more", {**SPLIT, "secret": "cost"},
        SPLIT_SCHEMA, copies(14), copies(15), _split,
    ),
    Mutation(
        "ExpectPlantedCanariesToBeAbsent", "one canary more", SPLIT, SPLIT_SCHEMA,
        copies(3, CANARIES.planted), copies(4, CANARIES.planted), _split,
    ),
    *(
        Mutation(
            "ExpectColumnValuesToContainNoPersonalData", name,
            {"column": "v", "allowed_roles": ["quasi", "sensitive"]}, "v string",
            {"v": [f"ward {n % 9}" for n in range(1000)]},
            {"v": [f"ward {n % 9}" if n != 567 else value for n in range(1000)]},
        )
        for name, value in [
            ("one e-mail address", "jo@example.org"),
            ("one inside a remark", "ask\u00a0Jo (jo@example.org)"),
            ("one card", "4111111111111111"),
            ("one social security number", "219-09-9999"),
            ("one IBAN", "gb82 west 1234 5698 7654 32"),
        ]
    ),
    Mutation(
        "ExpectColumnValuesToBeFormatPreserving", "one check digit",
        {"column": "v", "forms": ["#### #### #### ####"], "check_digit": "luhn"}, "v string",
        CARDS, changed(CARDS, 7, v="4111 1111 1111 1112"),
    ),
    Mutation(
        "ExpectColumnValuesToBeFormatPreserving", "one separator",
        {"column": "v", "forms": ["#### #### #### ####"]}, "v string",
        CARDS, changed(CARDS, 7, v="4111 1111 11111 111"),
    ),
    Mutation(
        "ExpectColumnValuesToBeFormatPreserving", "one value without a counterpart",
        {"column": "v", "forms": ["#### #### #### ####"], "reference": "cards"}, "v string",
        CARDS, changed(CARDS, 7, v=None), _shapes,
    ),
    Mutation(
        "ExpectColumnValuesToJoinOnlyWithinDomain", "one value of another domain",
        {"column": "v", "apart_from": ["people", "names"]}, "v string",
        {"v": ["x", "y", None] * 50}, {"v": ["x", "y", None] * 50 + ["P2 "]}, _all_names,
    ),
    Mutation(
        "ExpectColumnValuesToJoinOnlyWithinDomain", "one value less in common",
        {"column": "v", "joins_with": "people", "least_shared": 2}, "v string",
        {"v": ["p1", "p2", None]}, {"v": ["p1", "p1", None]}, _people,
    ),
    Mutation(
        "ExpectColumnValuesToJoinOnlyWithinDomain", "one value more in common",
        {"column": "v", "joins_with": "people", "most_shared": 1}, "v string",
        {"v": ["p1", "p1", None]}, {"v": ["p1", "p2", None]}, _people,
    ),
    Mutation(
        "ExpectColumnDistributionToBeClose", "one row of another category",
        {"column": "ward", "reference": "wards", "max_distance": 0.01}, WARD_SCHEMA,
        changed(changed(WARDS, 0, ward="b"), 1, ward="b"),
        changed(changed(changed(WARDS, 0, ward="b"), 1, ward="b"), 2, ward=None), _wards,
    ),
    Mutation(
        "ExpectColumnDistributionToBeClose", "one row moves up",
        {
            "column": "beds", "reference": "beds", "distance": "kolmogorov_smirnov",
            "max_distance": 0.01,
        },
        WARD_SCHEMA, changed(changed(WARDS, 0, beds=500), 1, beds=500),
        changed(changed(changed(WARDS, 0, beds=500), 1, beds=500), 2, beds=500), _wards,
    ),
    Mutation(
        "ExpectColumnCorrelationsToBeKept", "one row is an outlier",
        {"columns": ["ward", "beds", "cost"], "reference": "table", "max_change": 0.001},
        WARD_SCHEMA, WARDS, changed(WARDS, 0, cost=1000), _wards,
    ),
]  # fmt: skip
