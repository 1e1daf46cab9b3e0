"""Permuted columns: groups keep their values, nobody keeps a cell, and what policies may ask."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from veilflow.errors import PolicyError, ReleaseRefused
from veilflow.mask import TransformError, create_transform
from veilflow.mask.permute import Permute, places
from veilflow.policy import load_policy
from veilflow.study.permuted import permuted, with_groups
from veilflow.testing import check_transform

ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(-(2**63), 2**63 - 1), st.integers(-1, 5)), max_size=40
)


@given(ROWS)
def test_a_group_keeps_its_values_and_no_row_its_own_cell(rows: list[tuple[int, int, int]]) -> None:
    groups, draws, people = (np.array([r[i] for r in rows], np.int64) for i in range(3))
    found = places(groups, draws)
    assert sorted(found.source) == list(range(len(rows)))
    assert (groups[found.source] == groups).all()
    sizes = Counter(groups.tolist())
    assert found.alone.tolist() == [sizes[g] == 1 for g in groups.tolist()]
    assert (found.source == np.arange(len(rows))).tolist() == found.alone.tolist()
    # A row of nobody (below 0) hides nobody.
    known = {g: {p for each, _, p in rows if each == g and p >= 0} for g, _, _ in rows}
    by_people = places(groups, draws, people)
    assert by_people.alone.tolist() == [len(known[g]) < 2 for g in groups.tolist()]
    assert by_people.source.tolist() == found.source.tolist()


def test_every_cycle_of_four_is_as_likely() -> None:
    # 6 cycles; 6.5 standard deviations of a share, so an error rate below 1e-9 in all.
    trials = 30_000
    draws = np.random.default_rng(5).integers(-(2**62), 2**62, 4 * trials)
    found = places(np.repeat(np.arange(trials), 4), draws).source.reshape(trials, 4)
    seen = Counter(map(tuple, (found % 4).tolist()))
    assert len(seen) == 6
    for count in seen.values():
        assert abs(count / trials - 1 / 6) < 6.5 * (5 / 36 / trials) ** 0.5


def test_what_is_alone_is_settled_and_null_moves() -> None:
    values = pa.array(["a", None, "c", None])
    found = places(np.array([0, 1, 1, 2]), np.arange(4))
    done = create_transform("permute", {"on_invalid": "nullify"})
    assert isinstance(done, Permute)
    made = done.moved(values, found)
    assert made.values.to_pylist() == [None, "c", None, None]
    assert made.invalid_count == 1, "a null that is alone stays one, and isn't invalid"
    with pytest.raises(ReleaseRefused, match="its group has nobody else"):
        Permute().moved(values, found)
    of_one_person = places(np.zeros(4, np.int64), np.arange(4), np.zeros(4, np.int64))
    assert done.moved(values, of_one_person).values.null_count == 4
    assert Permute(on_invalid="redact").moved(values, found).values[0].as_py() == "[REDACTED]"


def test_it_keeps_what_every_transform_has_to() -> None:
    check_transform(Permute(on_invalid="nullify"))
    check_transform(Permute(on_invalid="nullify"), [1, 2], pa.int64())


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"within": ["a", "a"]}, "twice"),
        ({"within": [1]}, "list of columns"),
        ({"within": [""]}, "list of columns"),
        ({"together": ["a"]}, "a name"),
        ({"by": "a"}, "no parameter by"),
    ],
)
def test_wrong_parameters(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(TransformError, match=said):
        create_transform("permute", parameters)


def test_one_group_may_be_named_as_it_is() -> None:
    assert create_transform("permute", {"within": "sex"}) == Permute(within=("sex",))


def test_not_of_parts_of_a_value() -> None:
    with pytest.raises(TransformError, match="whole columns alone"):
        create_transform("json", {"paths": {"a": "permute"}})


HEAD = """\
dataset: people
purpose: {purpose: p, legal_basis: l, owner: o, recipients: [r], retention_days: 1}
source: {root: data}
privacy_unit: id
tables:
  people:
    path: people
    columns:
      id: pseudonym
      sex: {role: quasi, hierarchy: redact}
      ward: insensitive
"""
TAIL = "anonymize: {k: 5}\n"
PAY = "      pay: {role: sensitive, protect: {permute: "


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (PAY + "{within: [sex]}}}\n" + TAIL, None),
        (PAY + "{within: [sex, ward]}}}\n" + TAIL, None),
        (PAY + "{}}}\n      dx: sensitive\nanonymize: {k: 5, l_diversity: {l: 2, columns: [dx]}}\n",
         None),
        (PAY + "{within: [city]}}}\n" + TAIL, "'city', which isn't a column of table 'people'"),
        (PAY + "{within: [pay]}}}\n" + TAIL, "the column itself"),
        (PAY + "{within: [id]}}}\n" + TAIL, "nothing would leave its person"),
        (PAY + "{within: [sex, sex]}}}\n" + TAIL, "twice"),
        (PAY + "{}}}\nanonymize: {k: 5, l_diversity: {l: 2}}\n",
         "anonymize.l_diversity asks about this column"),
        (PAY + "{}}}\n" + TAIL + "validate: {t_closeness: {t: 0.3}}\n",
         "validate.t_closeness asks about this column"),
        (PAY + "{together: m}}}\n"
         + PAY.replace("pay", "bonus") + "{together: m, within: [sex]}}}\n" + TAIL,
         "moves together with 'pay': give both the same 'within'"),
        (PAY + "{}}}\n" + TAIL + "synthesize: {tables: {people: 100}}\n", "nothing true"),
        ("      name: {role: identifier, protect: permute}\n" + TAIL, "is still released"),
    ],
)  # fmt: skip
def test_what_a_policy_may_ask(tmp_path: Path, more: str, said: str | None) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(HEAD + more)
    if said is None:
        load_policy(path)
        return
    with pytest.raises(PolicyError, match=said):
        load_policy(path)


def test_in_memory_the_groups_are_those_of_the_source(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(HEAD + PAY + "{within: [sex, ward], on_invalid: nullify}}}\n" + TAIL)
    policy = load_policy(path)
    table = pa.table(
        {
            "id": [f"p{row}" for row in range(60)],
            "sex": ["f", "m", None] * 20,
            "ward": [row % 4 for row in range(60)],
            "pay": list(range(60)),
        }
    )
    grouped = with_groups(policy, "people", table)
    labels = grouped.set_column(1, "sex", pa.array(["*"] * 60)).slice(6)
    made = permuted(policy, "people", labels).column("pay").to_pylist()
    assert sorted(made) == list(range(6, 60))
    for row, value in zip(range(6, 60), made, strict=True):
        assert (value % 3, value % 4) == (row % 3, row % 4)
        assert value != row
