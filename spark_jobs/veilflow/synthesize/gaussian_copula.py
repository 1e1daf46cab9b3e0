"""Synthetic rows by SDV's GaussianCopula, fitted on a bounded, already masked table.

SDV (BUSL-1.1) is an extra. What reaches it holds no direct identifier: quasi-identifiers are
labels of their hierarchy's finest level, other columns went through their masks. Before the fit
:func:`merge_rare` removes categories that fewer than ``rare_below`` rows share, since a model
repeats the categories that it has seen; numeric bounds aren't enforced, since the smallest and
largest values are somebody's.

Not promised: differential privacy. What a model learns from unusual people it may show.
"""

from __future__ import annotations

import importlib.metadata
import logging
import pickle
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from veilflow.errors import PrerequisiteMissing, StageFailed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Kind", "Model", "fit", "library_version", "merge_rare", "sample"]

Kind = str
_TABLE = "table"
_SDTYPES = {"categorical": "categorical", "numerical": "numerical", "datetime": "datetime"}


@dataclass(frozen=True)
class Model:
    """A fitted synthesizer, pickled. Load only models that this run made: pickles run code."""

    pickled: bytes
    columns: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Model(columns={self.columns}, {len(self.pickled)} bytes)"


def library_version() -> str:
    """``sdv`` with its version, for the evidence."""
    return f"sdv {importlib.metadata.version('sdv')}"


def merge_rare(frame: pd.DataFrame, kinds: Mapping[str, Kind], rare_below: int) -> int:
    """Set categories with fewer than ``rare_below`` rows to null, in place; how many categories."""
    merged = 0
    for name, kind in kinds.items():
        if kind == "categorical":
            counts = frame[name].value_counts()
            rare = counts.index[counts < rare_below]
            merged += len(rare)
            frame[name] = frame[name].where(~frame[name].isin(rare), None)
    return merged


def fit(frame: pd.DataFrame, kinds: Mapping[str, Kind]) -> Model:
    """Fit a copula to ``frame``, whose columns are of the given ``kinds``.

    Raises StageFailed if the table is too small or has no column left to fit; SDV's own messages,
    which may hold values, are kept in.
    """
    synthesizer_class, metadata_class = _library()
    usable = {name: kind for name, kind in kinds.items() if frame[name].notna().any()}
    if len(frame) < 2 or not usable:
        raise StageFailed(
            "There is nothing to fit a synthesizer to: fewer than two rows, or only empty columns."
        )
    metadata = metadata_class.load_from_dict(
        {
            "tables": {
                _TABLE: {"columns": {name: {"sdtype": _SDTYPES[k]} for name, k in usable.items()}}
            }
        }
    )
    with _quiet():
        synthesizer = synthesizer_class(metadata, enforce_min_max_values=False)
        synthesizer.fit({_TABLE: frame[list(usable)]})
        return Model(pickle.dumps(synthesizer), tuple(kinds))


def sample(model: Model, rows: int, seed: int) -> pd.DataFrame:
    """``rows`` synthetic rows. The same model, rows and seed give the same rows.

    Every partition of a distributed sample needs a seed of its own, or all emit the same rows.
    """
    _library()
    synthesizer = pickle.loads(model.pickled)  # noqa: S301 - made by this run's own fit
    with _quiet():
        synthesizer.reset_sampling()
        synthesizer._set_random_state(seed)
        drawn = synthesizer.sample(rows)
    frame: pd.DataFrame = drawn[_TABLE] if isinstance(drawn, dict) else drawn
    return frame.reindex(columns=list(model.columns))


def _library() -> tuple[Any, Any]:
    try:
        from sdv.metadata import Metadata
        from sdv.single_table import GaussianCopulaSynthesizer
    except ImportError:
        raise PrerequisiteMissing(
            "Synthesis needs SDV.", remedy="pip install 'veilflow[synthesis]' (SDV is BUSL-1.1)."
        ) from None
    return GaussianCopulaSynthesizer, Metadata


class _quiet(warnings.catch_warnings):
    """No warnings or log lines from SDV: they may quote values."""

    def __enter__(self) -> Any:
        entered = super().__enter__()
        warnings.simplefilter("ignore")
        for name in ("sdv", "rdt", "copulas", "SingleTableSynthesizer"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        return entered
