"""Synthesis: new rows from a model of the old ones, without an engine."""

from veilflow.synthesize.gaussian_copula import Model, fit, library_version, merge_rare, sample

__all__ = ["Model", "fit", "library_version", "merge_rare", "sample"]
