"""The end of a quarantine: output that nobody judged or published in time loses its keys.

A stage that crashed leaves encrypted objects whose keys live on, so that it can be retried on the
same bytes. That must not last: a day after it was made, output without a publication is refused,
by its own next stage or by whichever run of the dataset is pinned next.
"""

from __future__ import annotations

import datetime as dt

from veilflow.errors import ReleaseRefused
from veilflow.pipeline.paths import run_prefix
from veilflow.pipeline.refuse import refuse
from veilflow.pipeline.run import RunRef
from veilflow.pipeline.stages import Product, stages_of
from veilflow.pipeline.state import Run, open_run
from veilflow.store.object_store import ObjectStore

__all__ = ["QUARANTINE", "check_quarantine", "end_quarantines"]

QUARANTINE = dt.timedelta(hours=24)
_PRODUCTS: tuple[Product, ...] = ("masked", "synthetic")


def check_quarantine(
    run: Run, stage: str, product: Product, now: dt.datetime | None = None
) -> None:
    """Refuse ``product`` at ``stage`` if it was made more than a day ago and isn't published."""
    *_, maker_stage, _, publish_stage = stages_of(product)
    maker = run.evidence(maker_stage)
    if maker is None or run.evidence(publish_stage) is not None:
        return
    made = maker.started + dt.timedelta(seconds=maker.seconds)
    if (now or dt.datetime.now(dt.UTC)) - made > QUARANTINE:
        hours = QUARANTINE.total_seconds() / 3600
        refuse(
            run,
            stage,
            product,
            ReleaseRefused(
                [f"the output was made more than {hours:.0f} hours ago and never published"],
                remedy="Its key is destroyed; start a new run.",
            ),
        )


def end_quarantines(store: ObjectStore, store_uri: str, dataset: str) -> list[str]:
    """End the quarantine of every run of ``dataset`` whose time is over; which runs those were."""
    prefix = run_prefix(dataset, "")
    left = {info.key.removeprefix(prefix) for info in store.list(prefix)}
    ended = []
    for product in _PRODUCTS:
        *_, maker, _, publisher = stages_of(product)
        for name in sorted(key.partition("/")[0] for key in left if key.endswith(f"/{maker}.json")):
            settled = {f"{name}/evidence/{publisher}.json", f"{name}/refusal/{publisher}.json"}
            if f"{name}/evidence/{maker}.json" in left and not settled & left:
                run = open_run(RunRef(store_uri, dataset, name).uri)
                try:
                    check_quarantine(run, publisher, product)
                except ReleaseRefused:
                    ended.append(name)
    return ended
