"""Where things lie in a release store. The only place that spells an object key.

::

    runs/<dataset>/<run>/run.json                     the pinned policy, source and parameters
    runs/<dataset>/<run>/evidence/<stage>.json        put-if-absent: the winning attempt's
    runs/<dataset>/<run>/refusal/<stage>.json         why a gate said no
    runs/<dataset>/<run>/commits/<product>/<attempt>/ which files that attempt wrote
    history/<dataset>/<product>/<created>-<run>.json  the verdict of that run's validation
    releases/<dataset>/<release>/<attempt>/<table>/   encrypted Parquet
    releases/<dataset>/<release>/manifest.json        the release exists once this does
    keys/<dataset>/...                                wrapped keys, outside every release
"""

from __future__ import annotations

import datetime as dt

__all__ = [
    "commit_key",
    "evidence_key",
    "history_key",
    "history_prefix",
    "refusal_key",
    "release_name",
    "release_prefix",
    "run_key",
    "run_prefix",
]


def run_prefix(dataset: str, run: str) -> str:
    """The prefix of everything that one run keeps, without a trailing slash."""
    return f"runs/{dataset}/{run}"


def run_key(dataset: str, run: str) -> str:
    """The run record: the first object of a run, written once."""
    return f"{run_prefix(dataset, run)}/run.json"


def evidence_key(dataset: str, run: str, stage: str) -> str:
    """The evidence of the attempt of ``stage`` that won."""
    return f"{run_prefix(dataset, run)}/evidence/{stage}.json"


def refusal_key(dataset: str, run: str, stage: str) -> str:
    """The reasons for which ``stage`` refused."""
    return f"{run_prefix(dataset, run)}/refusal/{stage}.json"


def commit_key(dataset: str, run: str, product: str, attempt: str, table: str) -> str:
    """The list of files that one attempt's write of ``table`` committed."""
    return f"{run_prefix(dataset, run)}/commits/{product}/{attempt}/{table}.json"


def history_prefix(dataset: str, product: str) -> str:
    """The prefix of all verdicts on ``product``, with a trailing slash."""
    return f"history/{dataset}/{product}/"


def history_key(dataset: str, product: str, created: dt.datetime, run: str) -> str:
    """The verdict on one run's ``product``; keys sort by the time at which runs were pinned."""
    moment = created.astimezone(dt.UTC).strftime("%Y%m%dt%H%M%S%fz")
    return f"{history_prefix(dataset, product)}{moment}-{run}.json"


def release_name(run: str, product: str) -> str:
    """The release that a run makes of ``product``: a run makes at most one of each."""
    return run if product == "masked" else f"{run}-{product}"


def release_prefix(dataset: str, release: str) -> str:
    """The prefix of a release's objects, without a trailing slash."""
    return f"releases/{dataset}/{release}"
