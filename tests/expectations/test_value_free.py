"""Nothing of the data is in what a validation leaves, in our runner, in a user's own, in the judge.

Values that can't be anything else are planted so that every expectation fails or can't be judged.
Then all that came out is searched as tests/canary does: results, stores, Data Docs, logs, what was
printed, in any case, in UTF-16, hex, base64, and as JSON, HTML and Python escape it. Each search is
seen to find what Great Expectations shows by itself.
"""

from __future__ import annotations

import json
import logging
import pickle
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import veilflow_expectations
from veilflow.classify.labels import Label, Labels, Span, note_digest
from veilflow.errors import StageFailed
from veilflow.risk import draw_canaries
from veilflow_expectations.label_references import add_labels
from veilflow_expectations.population_people import add_population
from veilflow_expectations.runner import RESULT_FORMAT, run_suite
from veilflow_expectations.splits import split_of
from veilflow_expectations.suite import load_suite
from veilflow_expectations.text_references import add_identifiers

from tests.canary.leaks import Leak, find_leaks, number_needle, text_needle
from tests.expectations.test_bad_input import FORMS, OF_CONTENT, Columns, Engine

STEM = "CANARY7b3e91"
NUMBERS = [770_077_123_401 + row for row in range(6)]
COLUMNS: Columns = {
    "town": [f"{STEM}-town-{row}" for row in range(6)],
    "ill": [f"{STEM}-ill-{row}" for row in range(6)],
    "person": [f"{STEM}-person-{row}" for row in range(6)],
    "key": [f"{STEM}-key-{row}" for row in range(5)] + [None],
    "number": list(NUMBERS),
    "ward": [f"{STEM}-ward-{'aaabbc'[row]}" for row in range(6)],
    "note": [f"Seen: {STEM}-note-{row}, mail {STEM}@example.org." for row in range(6)],
}
TYPES = {**dict.fromkeys(COLUMNS, "string"), "number": "bigint"}
# Cut, changed in case or encoded values are found by what all have in common.
NEEDLES = [
    text_needle("a planted value", STEM),
    *(number_needle(f"number {row}", number) for row, number in enumerate(NUMBERS)),
]


def asked(kind: str, **kwargs: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs}


def _kind(name: str) -> str:
    from great_expectations.util import camel_to_snake

    return str(camel_to_snake(name))


# Each of ours with arguments that fail; without an entry the form's own do.
STRICTER: dict[str, dict[str, Any]] = {
    "ExpectColumnValuesToAppearInReference": {"column": "person", "reference": "nobody"},
    "ExpectColumnValuesToNotAppearInReference": {"column": "key", "reference": "raw"},
    "ExpectReidentificationRiskToBeBelow": {"quasi_identifiers": ["town"], "max_risk": 0.1},
    "ExpectTableToBeBetaLike": {"quasi_identifiers": ["town"], "column": "ill", "beta": 0.1},
    "ExpectTableToBeDeltaDisclosurePrivate": {
        "quasi_identifiers": ["town"],
        "column": "ill",
        "delta": 0.1,
    },
    "ExpectTableToBeDeltaPresent": {
        "quasi_identifiers": ["town"],
        "reference": "everybody",
        "upper": 0.5,
    },
    "ExpectTableToBeKMapped": {"quasi_identifiers": ["town"], "reference": "everybody", "k": 2},
    "ExpectTableToBeTClose": {"quasi_identifiers": ["town"], "column": "ill", "t": 0.1},
}


TEXTS: dict[str, list[dict[str, Any]]] = {
    "ExpectDetectorRecallToBeAtLeast": [{"column": "town", "labels": "labels", "min_recall": 0.9}],
    "ExpectFreeTextToContainNoDetectedEntity": [{"column": "note"}],
    "ExpectFreeTextToContainNoKnownIdentifier": [{"column": "note", "reference": "known"}],
}


ORDER = {"columns": ["ill"], "reference": "order", "error_rate": 0.5}
ATTACKS: dict[str, list[dict[str, Any]]] = {
    "ExpectLinkageAttackToFail": [
        {"quasi_identifiers": ["town"], "reference": "targets", "max_rate": 0.0}
    ],
    "ExpectHomogeneityAttackToFail": [
        {"quasi_identifiers": ["town"], "column": "ill", "max_rate": 0.0}
    ],
    "ExpectFrequencyAttackToFail": [
        {"column": "ward", "reference": "frequencies", "max_rate": 0.0}
    ],
    "ExpectRowOrderToTellNothing": [ORDER],
    "ExpectIdOrderToTellNothing": [{"column": "person", **ORDER}],
    "ExpectTableSchemaToTellNothing": [{"reference": "raw", "names": "files"}],
}


def _too_strict(arguments: dict[str, Any]) -> dict[str, Any]:
    """More people than there are, for what is laid beside a split."""
    return {"least_people": 100} if "least_people" in arguments else {}


OURS = [
    asked(_kind(name), **STRICTER.get(name, {**arguments, **_too_strict(arguments)}))
    for name, forms in {**FORMS, **TEXTS, **ATTACKS}.items()
    for arguments in forms[:1]
]
GREAT_EXPECTATIONS = [
    asked("expect_column_values_to_be_in_set", column="town", value_set=["nobody"]),
    asked("expect_column_values_to_match_regex", column="person", regex="^$"),
    asked("expect_column_distinct_values_to_be_in_set", column="ill", value_set=["nobody"]),
    asked("expect_column_most_common_value_to_be_in_set", column="town", value_set=["nobody"]),
    asked("expect_column_max_to_be_between", column="number", min_value=0, max_value=1),
    asked("expect_column_min_to_be_between", column="number", min_value=0, max_value=1),
    asked("expect_column_value_lengths_to_be_between", column="key", max_value=1),
    asked("expect_column_values_to_not_be_null", column="key"),
]


@pytest.fixture(params=["pandas", pytest.param("spark", marks=pytest.mark.spark)])
def frame(request: pytest.FixtureRequest) -> Any:
    spark = request.getfixturevalue("spark") if request.param == "spark" else None
    return Engine(request.param, spark).frame(COLUMNS, TYPES)


@pytest.fixture(autouse=True)
def filled(references: Any) -> None:
    references.add("raw", COLUMNS["key"])
    references.add("people", COLUMNS["person"])
    references.add("nobody", ["somebody else"])
    raw = pd.DataFrame(COLUMNS)
    references.add_rows("rows", raw, ["key", "town"])
    add_population(references, "everybody", raw, ["town"])
    references.add_frame("before", raw.assign(town="elsewhere", ill="otherwise"))
    drawn = draw_canaries(COLUMNS, b"a key for tests only", planted=4, held_back=40)
    add_identifiers(references, "known", [(pd.DataFrame({"mail": [f"{STEM}@example.org"]}), {})])
    marked = [
        Label(note_digest(text, references.key), "ada", (Span(0, 6, "person_name"),))
        for text in COLUMNS["town"]
    ]
    add_labels(references, "labels", Labels.of(marked, references.key))
    references.add_split("split", split_of(raw, raw, canaries=drawn))
    veilflow_expectations.register_targets("targets", raw, ["town"], is_everyone=True)
    veilflow_expectations.register_order("order", raw, ["ill"])
    veilflow_expectations.register_frequencies("frequencies", COLUMNS["ward"])
    veilflow_expectations.register_names("files", [f"{STEM}-key-0.parquet"])


class Seen:
    """All that a test saw of a validation, as files below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def keep(self, name: str, *things: object) -> None:
        """Keep things as text, as repr, and pickled where that can be."""
        for number, thing in enumerate(things):
            path = self.folder / f"{name}-{number}"
            text = thing if isinstance(thing, str) else f"{thing}\n{thing!r}"
            path.write_text(text, encoding="utf-8")

    def leaks(self, *more: Path) -> list[Leak]:
        """What was found below the folder, and below others."""
        assert any(path.stat().st_size for path in self.folder.iterdir())
        return find_leaks([self.folder, *more], NEEDLES)


@pytest.fixture
def seen(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Callable[[], Seen]]:
    """What a validation left: call it at the end, for its log, output, warnings and files too."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "false")
    caplog.set_level(logging.DEBUG)
    capfd.readouterr()
    kept = Seen(tmp_path / "seen")
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always")

        def everything() -> Seen:
            out, err = capfd.readouterr()
            kept.keep("said", caplog.text or "nothing", out, err, *map(str, recorded or ()))
            for path in home.rglob("*"):
                if path.is_file():
                    (kept.folder / f"file-{len(list(kept.folder.iterdir()))}").write_bytes(
                        path.read_bytes()
                    )
            return kept

        yield everything


def suite(*expectations: dict[str, Any]) -> Any:
    return load_suite({"name": "suite", "expectations": list(expectations)})


def test_every_expectation_of_ours_is_among_them() -> None:
    exported = {name for name in veilflow_expectations.__all__ if name.startswith("Expect")}
    asked_for = {one["type"] for one in OURS}
    assert asked_for == {_kind(name) for name in exported - OF_CONTENT}


class TestOurRunner:
    def test_no_value_is_in_what_failed(self, frame: Any, seen: Callable[[], Seen]) -> None:
        outcome = run_suite(frame, suite(*OURS, *GREAT_EXPECTATIONS))
        assert [check.name for check in outcome.checks if check.passed] == []
        kept = seen()
        kept.keep("checks", *outcome.checks, outcome, json.dumps([vars(outcome.checks[0])]))
        kept.keep("evidence", *(json.dumps(check.to_json()) for check in outcome.checks))
        (kept.folder / "pickled").write_bytes(pickle.dumps(outcome))
        assert kept.leaks() == []

    @pytest.mark.parametrize(
        "broken",
        [
            asked("expect_column_mean_to_be_between", column="town", min_value=0),
            asked("expect_column_values_to_be_between", column="town", min_value=0),
            asked("expect_table_to_be_k_anonymous", quasi_identifiers=["gone"], k=2),
            asked(
                "expect_table_to_be_t_close",
                quasi_identifiers=["town"], column="ill", t=0, distance="ordered", order=["a"],
            ),
        ],
        ids=lambda broken: broken["type"],
    )  # fmt: skip
    def test_no_value_is_in_what_could_not_be_judged(
        self, frame: Any, seen: Callable[[], Seen], broken: dict[str, Any]
    ) -> None:
        with pytest.raises(StageFailed, match="could not be judged") as caught:
            run_suite(frame, suite(*OURS, broken))
        kept = seen()
        kept.keep("error", "".join(traceback.format_exception(caught.value)), caught.value)
        assert kept.leaks() == []


def checkpoint(context: Any, frame: Any, asking: Any, result_format: Any) -> Any:
    """A user's own checkpoint on ``frame``, with Data Docs built of it."""
    import great_expectations as gx
    from great_expectations.checkpoint import UpdateDataDocsAction

    if isinstance(frame, pd.DataFrame):
        asset = context.data_sources.add_pandas("source").add_dataframe_asset("frame")
    else:
        asset = context.data_sources.add_spark("source").add_dataframe_asset("frame")
    batch = asset.add_batch_definition_whole_dataframe("whole")
    validation = context.validation_definitions.add(
        gx.ValidationDefinition(name="validation", data=batch, suite=context.suites.add(asking))
    )
    made = context.checkpoints.add(
        gx.Checkpoint(
            name="checkpoint",
            validation_definitions=[validation],
            actions=[UpdateDataDocsAction(name="docs")],
            result_format=result_format,
        )
    )
    result = made.run(batch_parameters={"dataframe": frame})
    context.build_data_docs()
    return result


def context_of(mode: str, folder: Path) -> Any:
    """A data context that keeps everything on disk, or nothing but its Data Docs."""
    import great_expectations as gx

    if mode == "file":
        return gx.get_context(mode="file", project_root_dir=folder)
    context = gx.get_context(mode="ephemeral")
    site = {
        "class_name": "SiteBuilder",
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(folder / "site"),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    context.add_data_docs_site(site_name="ours", site_config=site)
    return context


def keep_results(kept: Seen, result: Any) -> None:
    kept.keep("result", result, result.describe(), json.dumps(result.describe_dict()))
    for one in result.run_results.values():
        kept.keep("validation", one, json.dumps(one.to_json_dict()), one.describe())


@pytest.mark.parametrize("mode", ["ephemeral", "file"])
class TestAUsersOwnContext:
    """Great Expectations as it comes, asked for complete results."""

    def test_ours_show_no_value(
        self, frame: Any, seen: Callable[[], Seen], tmp_path: Path, mode: str
    ) -> None:
        project = tmp_path / "project"
        project.mkdir()
        result = checkpoint(context_of(mode, project), frame, suite(*OURS), "COMPLETE")
        found = [one for run in result.run_results.values() for one in run.results]
        assert [one.success for one in found] == [False] * len(OURS)
        assert not any(one.exception_info.get("raised_exception") for one in found)
        kept = seen()
        keep_results(kept, result)
        pages = list(project.rglob("*.html"))
        assert any("quasi_identifiers" in page.read_text() or "k_anonymous" in page.read_text()
                   for page in pages)  # fmt: skip
        assert kept.leaks(project) == []

    def test_ours_show_no_value_where_they_cant_judge(
        self, frame: Any, seen: Callable[[], Seen], tmp_path: Path, mode: str
    ) -> None:
        project = tmp_path / "project"
        project.mkdir()
        broken = [
            asked("expect_table_to_be_k_anonymous", quasi_identifiers=["gone"], k=2),
            asked("expect_column_values_to_be_pseudonyms", column="gone"),
            asked(
                "expect_table_to_be_t_close",
                quasi_identifiers=["town"], column="ill", t=0, distance="ordered", order=["a"],
            ),
        ]  # fmt: skip
        result = checkpoint(context_of(mode, project), frame, suite(*broken), "COMPLETE")
        assert not result.success
        kept = seen()
        keep_results(kept, result)
        assert kept.leaks(project) == []

    def test_great_expectations_own_show_values_and_are_found(
        self, frame: Any, seen: Callable[[], Seen], tmp_path: Path, mode: str
    ) -> None:
        """The control: the search finds them in results, in the store and in Data Docs."""
        project = tmp_path / "project"
        project.mkdir()
        asking = suite(GREAT_EXPECTATIONS[0], GREAT_EXPECTATIONS[4])
        result = checkpoint(context_of(mode, project), frame, asking, "COMPLETE")
        kept = seen()
        keep_results(kept, result)
        found = kept.leaks(project)
        assert {leak.label for leak in found} >= {"a planted value", "number 5"}
        where = {Path(leak.where.partition("!")[0]) for leak in found}
        assert any(path.parent == kept.folder for path in where)
        assert any(path.suffix == ".html" for path in where)
        if mode == "file":
            assert any("validations" in path.parts and path.suffix == ".json" for path in where)

    def test_our_result_format_keeps_most_of_theirs_out_too(
        self, frame: Any, seen: Callable[[], Seen], tmp_path: Path, mode: str
    ) -> None:
        project = tmp_path / "project"
        project.mkdir()
        maps = [one for one in GREAT_EXPECTATIONS if "column_values" in one["type"]]
        context = context_of(mode, project)
        result = checkpoint(context, frame, suite(*OURS, *maps), dict(RESULT_FORMAT))
        kept = seen()
        keep_results(kept, result)
        assert kept.leaks(project) == []


class Talkative:
    """A cell whose own code raises with its value."""

    def __hash__(self) -> int:
        raise ValueError(f"{STEM} has no hash")

    def __str__(self) -> str:
        raise ValueError(f"{STEM} has no text")


@pytest.mark.parametrize("one", OURS, ids=lambda one: one["type"])
def test_a_cell_that_raises_with_its_value_is_not_quoted(
    seen: Callable[[], Seen], one: dict[str, Any]
) -> None:
    frame = pd.DataFrame({name: [Talkative(), Talkative()] for name in COLUMNS})
    kept = seen()
    try:
        kept.keep("outcome", run_suite(frame, suite(one)))
    except StageFailed as error:
        kept.keep("error", "".join(traceback.format_exception(error)), error)
    assert kept.leaks() == []
