"""The negative control: what an unhardened job leaks is found, in every place that is searched.

Without it, a search that finds nothing might be one that can't find anything.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.canary.forms import text_needle
from tests.canary.harness import Harness
from tests.canary.sample import make_sample

CARELESS = Path(__file__).with_name("careless.py")


@pytest.mark.spark
@pytest.mark.slow
def test_a_careless_job_is_found_out_everywhere(tmp_path: Path) -> None:
    sample = make_sample(tmp_path)
    unhardened = {
        "spark.master": "local[2]",
        "spark.ui.enabled": "false",
        # Files as they are without encryption, in the codec that is Spark's own choice.
        "spark.io.compression.codec": "lz4",
    }
    harness = Harness(tmp_path / "machine", "local[2]", tmp_path, unhardened)
    planted = f"{sample.stem}-literal"
    needles = [text_needle("literal", planted), *sample.hidden]
    command = [sys.executable, str(CARELESS), planted, str(sample.raw / "people")]
    assert harness.watched(command) == 0

    found = harness.search(needles)
    places = {str(Path(leak.where.split("!")[0]).relative_to(harness.folder)) for leak in found}
    labels = {leak.label for leak in found}
    assert "literal" in labels and len(labels) > 100

    def leaked(*parts: str) -> bool:
        return any(all(part in place for part in parts) for place in places)

    assert leaked("events/", ".zstd"), "a literal in a plan, a value in a failed task's reason"
    assert leaked("logs/process-0.out"), "a value in an error message"
    assert leaked("logs/arguments-"), "a value among a process's arguments"
    assert leaked("kept/", "-shuffle_", ".data"), "a shuffle file, deleted since"
    assert leaked("kept/", "-tmp"), "a temporary file of Python's, deleted since"
    assert leaked("cwd/notes.txt"), "a file in the working directory"
    broadcasts = [n for n in harness.kept_names if "broadcast" in n or n.startswith("tmp")]
    assert broadcasts
