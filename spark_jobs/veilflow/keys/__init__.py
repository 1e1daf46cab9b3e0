"""Keys: who may read a release, for how long, and who signed it. Knows no engine and no store.

Start with :func:`open_provider`; :mod:`~veilflow.keys.release_keys` and
:mod:`~veilflow.keys.masking` build the key hierarchy on what it returns. docs/keys.md explains.
"""

from veilflow.keys.masking import (
    MaskingRootRecord,
    create_masking_root,
    derive,
    open_masking_root,
    rewrap_masking_root,
)
from veilflow.keys.opened_keks import OpenedKeks
from veilflow.keys.provider import KeyAccessDenied, KeyDescription, KeyProvider, open_provider
from veilflow.keys.release_keys import (
    FOOTER,
    ReleaseKeyRecord,
    create_release_keys,
    describe_release,
    destroy_release,
    open_keks,
    rewrap_release_keys,
)
from veilflow.keys.signatures import Signature, fingerprint, verify

__all__ = [
    "FOOTER",
    "KeyAccessDenied",
    "KeyDescription",
    "KeyProvider",
    "MaskingRootRecord",
    "OpenedKeks",
    "ReleaseKeyRecord",
    "Signature",
    "create_masking_root",
    "create_release_keys",
    "derive",
    "describe_release",
    "destroy_release",
    "fingerprint",
    "open_keks",
    "open_masking_root",
    "open_provider",
    "rewrap_masking_root",
    "rewrap_release_keys",
    "verify",
]
