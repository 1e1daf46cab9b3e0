"""Images, documents and other bytes that are written as text."""

from __future__ import annotations

from veilflow.classify.detector import Detector, pattern

__all__ = ["DETECTORS"]

is_file_in_text = pattern(
    r"0x(?:[0-9a-f]{2}){16,1023}"
    r"|data:[a-z]{2,20}/[a-z0-9.+-]{1,60}(?:;[a-z0-9=-]{1,40}){0,3},.{8,2000}"
    r"|(?:iVBORw0KGgo|/9j/|JVBERi0|R0lGOD[ld]h|UklGR|UEsDB)[a-z0-9+/]{24,2030}={0,2}"
)
"""Hexadecimal bytes as databases export them, data URLs (RFC 2397), base64 of common formats."""

DETECTORS = (
    Detector("binary_content", is_file_in_text, 70, alone=0.9, alone_share=0.5,
             lengths=(30, 2_048), not_kinds=("integer", "decimal", "date")),
)  # fmt: skip
