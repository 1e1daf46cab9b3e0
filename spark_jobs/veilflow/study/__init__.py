"""Anonymising one table for study: in memory, in the clear, without a run and without a release.

What is decided is decided by :mod:`veilflow.anonymize`, as in a run; what is told of the result is
counted from the output by :mod:`veilflow.risk`.
"""
