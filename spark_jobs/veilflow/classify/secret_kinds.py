"""Which kinds of secrets a column of type ``secret`` holds: what its evidence tells a reader.

One type covers them all, because nothing that follows differs: each is an identifier that can't be
mistaken, is dropped, and may not be left in any release. What to do beside that does differ (an API
key is revoked, passwords are reset), so the kind is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from veilflow.classify.detector import Test, pattern
from veilflow.classify.headers import phrase_hint
from veilflow.classify.secret_forms import forms_of_kinds

__all__ = ["KINDS", "secret_evidence"]

_BY_NAME: dict[str, str] = {
    "password": "password,passwd,pwd,pw,pwhash,passphrase,pass hash,passwort,kennwort,mot de passe,"
    "contrasena,senha,palavra passe,wachtwoord",
    "private key": "private key,ssh key,encryption key,cle secrete",
    "API key": "api key,apikey,access key,secret key,api secret,api token,cle api,webhook secret",
    "access token": "token,auth key,jwt,bearer",
    "PIN or security code": "pin,otp,totp,cvv,cvc,security answer",
}
KINDS: tuple[str, ...] = tuple(_BY_NAME)
"""All kinds that evidence can name."""


def secret_evidence(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """Which kinds the values tell by their forms, else the one that the name of the column says.

    Kinds alone, never how many or which. Empty where neither tells one, as of bare random keys in
    a column that is called "credentials".
    """
    texts = [value.strip() for value in values]
    told = tuple(kind for kind, test in _tests() if any(map(test, texts)))
    if told:
        return (f"by its form: {', '.join(told)}",)
    return tuple(f"by the name: {kind}" for kind in _named(name))[:1]


def _named(name: str) -> Iterator[str]:
    for kind, phrases in _BY_NAME.items():
        if phrase_hint(name, tuple(phrases.split(","))) is not None:
            yield kind


@cache
def _tests() -> tuple[tuple[str, Test], ...]:
    return tuple((kind, pattern(form)) for kind, form in forms_of_kinds().items())
