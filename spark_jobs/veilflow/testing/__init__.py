"""Tests of Veilflow's that a transform of your own can be put through."""

from veilflow.testing.transform_checks import BrokenPromise, check_transform

__all__ = ["BrokenPromise", "check_transform"]
