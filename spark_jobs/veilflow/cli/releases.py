"""Finding a release from the command line: dataset, store, and which of its releases."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from veilflow.errors import UsageError

if TYPE_CHECKING:
    from veilflow.store.object_store import ObjectStore

__all__ = ["add_release_arguments", "chosen_release"]

_STORE = "file://$VEILFLOW_HOME/store"


def add_release_arguments(
    parser: argparse.ArgumentParser, dataset: str = "the policy's dataset"
) -> None:
    """``DATASET [--release R] [--product P] [--series S] [--store URI]``."""
    parser.add_argument("dataset", help=dataset)
    parser.add_argument("--release", help="a release (default: the series' current one)")
    parser.add_argument(
        "--product", choices=("masked", "synthetic"), default="masked", help="default: masked"
    )
    parser.add_argument("--series", default="default", help="the policy's series")
    parser.add_argument("--store", default=_STORE, help=f"where releases are (default {_STORE})")


def chosen_release(arguments: argparse.Namespace) -> tuple[ObjectStore, str]:
    """The opened store and the release's name. Raises UsageError if the series has none yet."""
    from veilflow.pipeline.home import expand
    from veilflow.store.object_store import open_store
    from veilflow.store.series import current

    store = open_store(expand(arguments.store))
    if arguments.release:
        return store, arguments.release
    suffix = "" if arguments.product == "masked" else f"-{arguments.product}"
    found = current(store, arguments.dataset, arguments.series + suffix)
    if found is None:
        raise UsageError(
            f"{arguments.dataset}: no current release in series {arguments.series}{suffix} of "
            f"{store.uri}.",
            remedy="Name one with --release, or publish one with 'veilflow run POLICY'.",
        )
    return store, found.release
