"""Reading a folder of policies: which can be used, and what is told about the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from veilflow.errors import PolicyError
from veilflow_airflow.policies import read_policies, require_sound_policies

PolicyText = Callable[..., str]


def test_sound_policies_are_read_in_the_order_of_their_names(
    tmp_path: Path, policy_text: PolicyText
) -> None:
    (tmp_path / "b.yaml").write_text(policy_text("second"))
    (tmp_path / "a.yaml").write_text(policy_text("first"))
    (tmp_path / "notes.txt").write_text("not a policy")
    files = read_policies(tmp_path)
    assert [file.dataset for file in files] == ["first", "second"]
    assert all(file.loaded is not None and not file.problems for file in files)
    require_sound_policies(tmp_path)


NIGHTLY = "schedule: {cron: '0 2 * * *', timezone: Europe/Berlin}\n"


@pytest.mark.parametrize(
    ("more", "key", "says"),
    [
        ("schedule:\n  cron: nightly\n", "schedule.cron", "isn't a cron expression"),
        ("schedule:\n  cron: '61 2 * * *'\n", "schedule.cron", "isn't a cron expression"),
        (
            "schedule:\n  cron: '0 2 * * *'\n  timezone: Europe/Berlin2\n",
            "schedule.timezone",
            "isn't a time zone",
        ),
        ("schedule:\n  cron: '0 2 * * *'\n  timezone: ../../etc/passwd\n", "schedule.timezone", ""),
        ("surprise: 1\n", "surprise", "unknown key"),
    ],
)
def test_a_problem_is_told_with_file_line_and_key(
    tmp_path: Path, policy_text: PolicyText, more: str, key: str, says: str
) -> None:
    text = policy_text(more=more)
    path = tmp_path / "people.yaml"
    path.write_text(text)
    line = next(
        number
        for number, content in enumerate(text.splitlines(), 1)
        if content.strip().startswith(key.rpartition(".")[2] + ":")
    )
    with pytest.raises(PolicyError) as raised:
        require_sound_policies(tmp_path)
    (problem,) = raised.value.problems
    assert problem.startswith(f"{path}:{line}: {key}: ")
    assert says in problem


def test_a_schedule_that_is_right_is_no_problem(tmp_path: Path, policy_text: PolicyText) -> None:
    (tmp_path / "people.yaml").write_text(policy_text(more=NIGHTLY))
    require_sound_policies(tmp_path)


def test_two_policies_of_one_dataset_are_a_problem_of_the_second(
    tmp_path: Path, policy_text: PolicyText
) -> None:
    (tmp_path / "a.yaml").write_text(policy_text())
    (tmp_path / "b.yaml").write_text(policy_text())
    first, second = read_policies(tmp_path)
    assert first.dataset == "people"
    assert not first.problems
    assert second.dataset is None
    assert second.problems == (f"{second.path}:1: dataset: a.yaml releases people too",)


@pytest.mark.parametrize(
    ("text", "dataset"),
    [
        ("dataset: people\npurpose: nothing\n", "people"),
        ("dataset: 'people' # ours\npurpose: nothing\n", "people"),
        ("# first\ndataset: people\n  bad: [indent\n", "people"),
        ("  dataset: people\n", None),
        ("dataset: Not A Name\n", None),
        ("dataset: ../people\n", None),
        ("{", None),
        ("", None),
    ],
)
def test_a_broken_policy_still_tells_its_dataset_if_it_can(
    tmp_path: Path, text: str, dataset: str | None
) -> None:
    (tmp_path / "people.yaml").write_text(text)
    (file,) = read_policies(tmp_path)
    assert file.loaded is None
    assert file.problems
    assert file.dataset == dataset
