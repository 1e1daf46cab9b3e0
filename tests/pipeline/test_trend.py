"""What a run leaves for the trend, and what the next one makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from veilflow.pipeline.history import read_history
from veilflow.pipeline.paths import history_key

from tests.pipeline.place import Place

pytestmark = pytest.mark.spark


def test_every_verdict_is_kept_and_the_next_release_shows_them(
    empty_place: Place, judge: Callable[[str], None]
) -> None:
    place = empty_place
    place.release(place.policy(), "first")
    judge("fails")
    refused = place.pin(place.policy(), "second")
    with pytest.raises(Exception, match="k-anonymity failed"):
        place.stage(refused, "classify", "protect", "validate")
    judge("breaks")
    broken = place.pin(place.policy(), "third")
    with pytest.raises(Exception, match="Stage validate failed"):
        place.stage(broken, "classify", "protect", "validate")
    torn = history_key("people", "masked", broken.record.created, "third")
    place.store.put(torn, b'{"run": "Zebed')
    judge("passes")
    last = place.pin(place.policy(), "fourth", trial_rows=150)
    told = place.stage(last, "classify", "protect", "validate", "validate", "publish")
    assert [note.partition(":")[0] for note in told.notes] == [torn]
    bundle = json.loads(place.store.get("releases/people/fourth/evidence.json").data)
    shown = [(past["run"], past["passed"], past["rows"]) for past in bundle["history"]]
    assert shown == [("first", True, {"people": 200}), ("second", False, {"people": 200})]
    kept = read_history(place.store, "people", "masked").validations
    assert [(past.run, past.trial) for past in kept] == [
        ("first", False),
        ("second", False),
        ("fourth", True),
    ]
    assert "Zebed" not in json.dumps(bundle) + json.dumps(told.to_json())
