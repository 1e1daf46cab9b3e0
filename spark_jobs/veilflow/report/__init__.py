"""The privacy report of a run: one self-contained HTML page, made from evidence alone."""

from veilflow.report.page import render

__all__ = ["render"]
