"""Release after release of one series: nobody is given away by what changed between them."""

from __future__ import annotations

import pytest
from veilflow.errors import ReleaseRefused
from veilflow.evidence import Check, StageEvidence
from veilflow.keys import destroy_release, open_provider
from veilflow.pipeline.state import Run
from veilflow.store.key_records import forget_keys, load_release_keys
from veilflow.store.series import current

from tests.pipeline.place import Place, people

pytestmark = [pytest.mark.spark, pytest.mark.slow]


@pytest.fixture
def place(empty_place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.delenv("VEILFLOW_JUDGE")
    return empty_place


def nightly(place: Place, **validate: object) -> Run:
    """A run of the one series, with as many people as lie there now, up to its output."""
    path = place.policy(publish=place.publication("nightly"), validate=validate or None)
    run = place.pin(path)
    place.stage(run, "classify", "protect")
    return run


def differences(evidence: StageEvidence) -> list[Check]:
    return [check for check in evidence.checks if check.name == "difference attack"]


def test_a_series_of_releases_gives_nobody_away(place: Place) -> None:
    first = nightly(place)
    evidence = place.stage(first, "validate")
    assert differences(evidence) == [] and evidence.notes == ()
    place.stage(first, "publish")

    again = nightly(place)
    (check,) = differences(place.stage(again, "validate"))
    assert (check.passed, check.blocking, check.kind, check.bound) == (True, True, "attack", 5)
    assert check.observed is not None and check.observed >= 5
    place.stage(again, "publish")

    place.write(people(203))
    refused = nightly(place)
    with pytest.raises(ReleaseRefused, match="people: difference attack failed"):
        place.stage(refused, "validate")
    assert current_of(place) == again.record.run

    knowingly = nightly(place, warn=["difference attack"])
    (check,) = differences(place.stage(knowingly, "validate"))
    assert (check.passed, check.blocking, check.observed) == (False, False, 1)
    place.stage(knowingly, "publish")
    assert current_of(place) == knowingly.record.run

    shred(place, knowingly.record.run)
    place.write(people(204))
    blind = nightly(place)
    evidence = place.stage(blind, "validate")
    assert differences(evidence) == []
    assert evidence.notes == (
        f"Release {knowingly.record.run} has been shredded: what somebody who kept a copy learns "
        "from the difference could not be judged.",
    )


def current_of(place: Place) -> str | None:
    found = current(place.store, "people", "nightly")
    return None if found is None else found.release


def shred(place: Place, release: str) -> None:
    record = load_release_keys(place.store, "people", release)
    destroy_release(open_provider(place.keys), record)
    forget_keys()
