"""Hierarchies from lists: reading, refusing, looking up."""

from __future__ import annotations

import pickle

import pytest
from veilflow.errors import PolicyError, SourceError, UsageError
from veilflow.hierarchy import CsvHierarchy, Hierarchy, HierarchyMismatch

ROWS = (
    ("Bachelors", "Undergraduate", "Higher", "*"),
    ("Masters", "Graduate", "Higher", "*"),
    ("11th", "High school", "Secondary", "*"),
)


def test_levels_and_labels():
    education = CsvHierarchy(ROWS)
    assert isinstance(education, Hierarchy)
    assert education.levels == 4
    assert education.root == "*"
    assert education.level_names == ("value", "level 1", "level 2", "any")
    values = ["11th", None, "Masters"]
    assert education.generalize(values, 0) == values
    assert education.generalize(values, 2) == ["Secondary", None, "Higher"]
    assert education.generalize(values, 3) == ["*", "*", "*"]
    assert education.generalize([], 3) == []
    assert education.leaf_counts(2) == {"Higher": 2, "Secondary": 1}


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        pytest.param("a;x;*\nb;x;*\n", ";", id="as ARX writes them"),
        pytest.param("a,x,*\r\nb,x,*\r\n", ",", id="commas and CRLF"),
        pytest.param("\ufeffa;x;*\nb;x;*", ";", id="byte-order mark, no last newline"),
        pytest.param('"a";"x";"*"\n\nb;x;*\n', ";", id="quotes and an empty line"),
        pytest.param("a;x;*\nb;x;*\na;x;*\n", ";", id="a row twice"),
    ],
)
def test_files(tmp_path, content, delimiter):
    path = tmp_path / "h.csv"
    path.write_bytes(content.encode())
    assert CsvHierarchy.from_csv(path, delimiter).rows == (("a", "x", "*"), ("b", "x", "*"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "no rows", id="empty"),
        pytest.param("secret;x;*\nsecret2;*\n", "rows 2 don't have 3 columns", id="ragged"),
        pytest.param(
            "secret;x;*\nsecret;y;*\n", "rows 2 give a label of column 0", id="two parents"
        ),
        pytest.param(
            "secret;x;y;*\nsecret2;x;z;*\n", "rows 2 give a label of column 1", id="splits again"
        ),
    ],
)
def test_bad_files_are_refused_by_row_number(tmp_path, content, message):
    path = tmp_path / "h.csv"
    path.write_text(content)
    with pytest.raises(PolicyError, match=message) as caught:
        CsvHierarchy.from_csv(path)
    assert "h.csv" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00secret"])
def test_unreadable_files(tmp_path, content):
    path = tmp_path / "h.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PolicyError, match=r"h\.csv' can't be read") as caught:
        CsvHierarchy.from_csv(path)
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_unknown_values_are_counted_and_never_told():
    education = CsvHierarchy(ROWS)
    with pytest.raises(HierarchyMismatch) as few:
        education.generalize(["Masters", "secret 1", "secret 2", "secret 1"], 1, column="degree")
    with pytest.raises(HierarchyMismatch) as many:
        education.generalize([f"secret {n}" for n in range(12)], 3, column="degree")
    assert "column 'degree': fewer than 10 distinct values" in str(few.value)
    assert "column 'degree': 12 distinct values" in str(many.value)
    for caught in (few.value, many.value, pickle.loads(pickle.dumps(many.value))):
        assert isinstance(caught, SourceError)
        assert "on_unknown: top" in str(caught)
        assert "secret" not in repr(caught) + str(caught.__dict__)
        assert caught.__context__ is None


def test_unknown_values_may_go_to_the_top():
    education = CsvHierarchy(ROWS, on_unknown="top")
    assert education.generalize(["Masters", "new", None], 1) == ["Graduate", "*", None]
    assert education.generalize(["new"], 0) == ["*"]
    assert education.lift(["*", "Masters", None], 1) == ["*", "Graduate", None]


def test_without_a_root_null_stays_null_and_top_is_refused():
    rows = (("a", "x"), ("b", "y"))
    rootless = CsvHierarchy(rows)
    assert rootless.root is None
    assert rootless.generalize([None, "a"], 1) == [None, "x"]
    with pytest.raises(PolicyError, match="needs a root"):
        CsvHierarchy(rows, on_unknown="top")


def test_names_fit_the_levels():
    assert CsvHierarchy(ROWS, ("degree", "school", "tier", "none")).level_names[1] == "school"
    with pytest.raises(PolicyError, match="2 level names for 4 levels"):
        CsvHierarchy(ROWS, ("degree", "school"))


@pytest.mark.parametrize("level", [-1, 4])
def test_levels_that_do_not_exist(level):
    with pytest.raises(UsageError, match="levels 0 to 3"):
        CsvHierarchy(ROWS).generalize(["Masters"], level)


def test_pickles_carry_the_policy_only():
    education = CsvHierarchy(ROWS)
    small = len(pickle.dumps(education))
    education.generalize(["Masters"], 1)
    copy = pickle.loads(pickle.dumps(education))
    assert len(pickle.dumps(education)) == small
    assert copy == education
    assert copy.generalize(["Masters"], 1) == ["Graduate"]


def test_describe_holds_no_value():
    text = CsvHierarchy(ROWS).describe()
    assert text.splitlines()[2].startswith("2 level 2: one of 2 groups")
    assert not any(label in text for row in ROWS for label in row[:-1])
