"""The forms of secrets: keys, tokens and password hashes that tell by themselves what they are.

Issuers mark what they issue (``AKIA``, ``ghp_``, ``sk_live_``), so that a leak can be found; the
marks are documented by each of them. A password or a bare random key has no form: only the name
of its column tells it. Every expression repeats with bounds, and RE2 reads them too.
"""

from __future__ import annotations

__all__ = ["SECRET_FORM", "SECRET_START", "forms_of_kinds"]

_B64 = r"[A-Za-z0-9_-]"
_FORMS: dict[str, tuple[tuple[str, str], ...]] = {
    "private key": (
        (r"-----BEGIN ", r"[A-Z ]{0,30}PRIVATE KEY.{0,2000}"),
        (r"PuTTY-User-Key-File-", r"[0-9].{0,2000}"),
        (r"AGE-SECRET-KEY-1", r"[0-9A-Z]{40,80}"),
    ),
    "API key": (
        (r"(?:AKIA|ASIA)", r"[0-9A-Z]{16}"),
        (r"AIza", rf"{_B64}{{35}}"),
        (r"sk-", rf"{_B64}{{20,200}}"),
        (r"(?:[srp]k_(?:live|test)|whsec)_", r"[0-9A-Za-z]{16,250}"),
        (r"SG\.", rf"{_B64}{{16,32}}\.{_B64}{{16,64}}"),
        (r"(?:npm|hf)_", r"[0-9A-Za-z]{30,40}"),
        (r"dop_v1_", r"[0-9a-f]{64}"),
        (r"shp(?:at|ca|pa|ss)_", r"[0-9a-f]{32}"),
        (r"sq0(?:atp|csp)-", rf"{_B64}{{22,43}}"),
        (r"(?:dapi|key-)[0-9a-f]{32}", r"(?:-[0-9])?"),
        (r"[0-9]{8,10}:AA", rf"{_B64}{{33}}"),
        (r"pypi-AgE", rf"{_B64}{{50,250}}"),
    ),
    "access token": (
        (r"gh[pousr]_", r"[A-Za-z0-9]{30,255}"),
        (r"github_pat_", r"[A-Za-z0-9_]{22,255}"),
        (r"glpat-", rf"{_B64}{{20,64}}"),
        (r"(?:xox[abeprs]|xapp)-", r"[A-Za-z0-9-]{10,250}"),
        (r"ya29\.", rf"{_B64}{{20,400}}"),
        (r"hvs\.", rf"{_B64}{{24,250}}"),
        (r"eyJ", r"[\w-]{8,1000}\.eyJ[\w-]{8,1000}\.[\w-]{8,600}"),
    ),
    "password": (
        (r"\$(?:2[abxy]|[1567y]|[PH]|apr1|argon2(?:id|i|d)|scrypt)\$", r"[^\s]{20,200}"),
        (r"pbkdf2_sha(?:1|256|512)\$", r"[^\s]{20,200}"),
        (r"[a-z][a-z0-9+.]{1,20}://[^\s:/@]{0,64}:[^\s:/@]{1,64}@", r"[^\s]{1,300}"),
    ),
}

SECRET_FORM = "|".join(start + rest for forms in _FORMS.values() for start, rest in forms)
"""A whole secret of any of the forms."""
SECRET_START = "|".join(start for forms in _FORMS.values() for start, _ in forms)
"""How one begins: without this, no text holds any."""


def forms_of_kinds() -> dict[str, str]:
    """For each kind of secret the expression of a whole one."""
    return {kind: "|".join(start + rest for start, rest in forms) for kind, forms in _FORMS.items()}
