"""The attacks on the Adult census extract: raw, generalised to k = 5 as ARX does, pseudonymised."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from veilflow.risk.class_values import SensitiveCounts
from veilflow.risk.frequency_attack import FrequencyAttack, frequency_attack
from veilflow.risk.homogeneity_attack import homogeneity_attack
from veilflow.risk.linkage_attack import LinkageAttack, linkage_attack
from veilflow.risk.row_order_attack import row_order_attack

ADULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "adult"

pytestmark = pytest.mark.skipif(
    not ADULT.is_dir(), reason="needs the Adult extract in ../shared/data/adult"
)

# The levels that ARX 3.9.2 chooses for k = 5 with a suppression limit of 0.02.
LEVELS = {
    "sex": 0,
    "age": 3,
    "race": 0,
    "marital-status": 2,
    "education": 2,
    "native-country": 1,
    "workclass": 1,
    "salary-class": 0,
}
K = 5

Ints = npt.NDArray[np.int64]
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    with open(ADULT / "adult.csv", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture(scope="module")
def labels(rows: Rows) -> list[tuple[str, ...]]:
    levels = {}
    for name in LEVELS:
        with open(ADULT / f"adult_hierarchy_{name}.csv", newline="") as file:
            levels[name] = {line[0]: line for line in csv.reader(file, delimiter=";")}
    return [tuple(levels[name][row[name]][level] for name, level in LEVELS.items()) for row in rows]


def numbered(values: list[tuple[str, ...]] | list[str]) -> Ints:
    ids: dict[object, int] = {}
    return np.array([ids.setdefault(value, len(ids)) for value in values])


def attack_on(classes: Ints, released: npt.NDArray[np.bool_], targets: Ints) -> LinkageAttack:
    """The released rows' classes, and targets (row numbers) of whom some may not be released."""
    ids, sizes = np.unique(classes[released], return_counts=True)
    place = np.minimum(np.searchsorted(ids, classes[targets]), ids.size - 1)
    matched = np.where(ids[place] == classes[targets], place, -1)
    return linkage_attack(matched, released[targets] & (matched >= 0), sizes)


def test_raw_quasi_identifiers_name_people(rows: Rows) -> None:
    combinations = [tuple(row[name] for name in LEVELS) for row in rows]
    classes, everybody = numbered(combinations), np.arange(len(rows))
    whole = attack_on(classes, np.ones(classes.size, dtype=bool), everybody)
    counted = Counter(combinations)
    assert whole.named == whole.claimed == sum(n == 1 for n in counted.values())
    assert whole.guessed == pytest.approx(len(counted))
    assert whole.reidentified.interval.low > 0.25
    assert whole.guess.interval.low > 1000 * whole.random_guess.interval.high


def test_of_half_of_the_people_unique_matches_may_be_others(rows: Rows) -> None:
    combinations = [tuple(row[name] for name in LEVELS) for row in rows]
    classes, everybody = numbered(combinations), np.arange(len(rows))
    attack = attack_on(classes, everybody % 2 == 0, everybody)
    counted, output = Counter(combinations), Counter(combinations[::2])
    alone = [each for each, n in output.items() if n == 1]
    assert attack.named == len(alone)
    assert attack.claimed == sum(counted[each] for each in alone)
    assert attack.precision.interval.high < 1


def released_by_arx(labels: list[tuple[str, ...]]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    classes = numbered(labels)
    return classes, np.bincount(classes)[classes] >= K


def test_what_arx_generalises_names_nobody(labels: list[tuple[str, ...]]) -> None:
    classes, released = released_by_arx(labels)
    assert (~released).sum() == 506 and np.unique(classes[released]).size == 222
    targets = np.random.default_rng(2).choice(classes.size, 5000, replace=False)
    attack = attack_on(classes, released, targets)
    assert attack.claimed == attack.named == 0
    assert attack.reidentified.is_at_most(0.001)
    assert 0 < attack.guess.share <= 1 / K
    assert attack.matched < attack.targets


def test_one_row_alone_is_found_among_thirty_thousand(labels: list[tuple[str, ...]]) -> None:
    classes, released = released_by_arx(labels)
    sizes = np.bincount(classes)
    people = np.flatnonzero(classes == np.where(sizes >= K, sizes, sizes.size).argmin())
    released[people[1:]] = False
    attack = attack_on(classes, released, np.arange(classes.size))
    assert attack.named == 1
    # The others of that class match the row too, and claim it wrongly.
    assert attack.claimed == people.size


def test_k_anonymous_classes_still_tell_occupations(
    rows: Rows, labels: list[tuple[str, ...]]
) -> None:
    classes, released = released_by_arx(labels)
    occupations = numbered([row["occupation"] for row in rows])
    lines = Counter(zip(classes[released].tolist(), occupations[released].tolist(), strict=True))
    pairs = np.array(list(lines))
    table = SensitiveCounts(pairs[:, 0], pairs[:, 1], np.array(list(lines.values())))
    alone, knowing = (homogeneity_attack(table, excluded=b) for b in (0, 3))
    assert alone.people == knowing.people == 30_162 - 506
    # Counted here a second way: who shares a class of one occupation.
    held: dict[int, set[int]] = {}
    for class_id, occupation in lines:
        held.setdefault(class_id, set()).add(occupation)
    for attack in (alone, knowing):
        told = sum(n for (c, _), n in lines.items() if len(held[c]) <= attack.excluded + 1)
        assert attack.told == told
    assert knowing.told > 0
    assert alone.prior_guess_share < alone.best_guess_share < 0.5


def pseudonymised(rows: Rows, name: str) -> FrequencyAttack:
    """Even rows are released under pseudonyms, odd ones are what the public knows."""
    public = Counter(row[name] for row in rows[1::2])
    output = Counter(row[name] for row in rows[::2])
    values = list(public)
    truth = [values.index(value) if value in public else -1 for value in output]
    return frequency_attack(list(output.values()), list(public.values()), truth)


@pytest.mark.parametrize("name", ["sex", "race", "marital-status", "education", "workclass"])
def test_pseudonyms_of_few_skewed_values_are_named(rows: Rows, name: str) -> None:
    attack = pseudonymised(rows, name)
    assert attack.named_people.share > 0.8
    assert attack.advantage > 0.5


def test_each_row_its_own_pseudonym_hides_them(rows: Rows) -> None:
    public = Counter(row["education"] for row in rows)
    values = list(public)
    truth = [values.index(row["education"]) for row in rows]
    attack = frequency_attack([1] * len(rows), list(public.values()), truth)
    assert attack.advantage == 0


def test_rows_sorted_by_age_keep_the_order_within_an_age(rows: Rows) -> None:
    ages = np.array([int(row["age"]) for row in rows])
    by_age = np.argsort(ages, kind="stable")
    assert row_order_attack(by_age).reveals_order
    # Ties shuffled first: what is left is an order that the source doesn't have.
    shuffled = np.random.default_rng(4).permutation(ages.size)
    assert row_order_attack(shuffled[np.argsort(ages[shuffled], kind="stable")]).hides_order
