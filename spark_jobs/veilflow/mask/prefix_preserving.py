"""Crypto-PAn: pseudonyms of IP addresses that share a prefix exactly where the addresses do.

J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-preserving IP address anonymization" (ICNP 2002), section
3: bit i of the output is bit i of the address, flipped as a pseudorandom function of the i bits
before says. The function is AES-128, as in the authors' reference: 16 bytes of the key are the
cipher's, and the other 16, enciphered, pad the prefix to a block. For IPv6 it goes through all 128
bits the same way.

Not promised: the structure of the networks stays, so somebody who knows where a few addresses
came from knows the prefixes of all that share one with them (section 5.2 there).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from veilflow.mask.guarantees import Guarantees
from veilflow.mask.network_address import parsed
from veilflow.mask.outcome import OnInvalid, Reason
from veilflow.mask.registry import CheckedTransform, KeyedTransform, transform

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["IpPseudonym", "KeyedIpPseudonym", "prefix_preserving"]

Address = IPv4Address | IPv6Address
# A prefix is a block of 128 bytes here, so 1,000 IPv6 addresses are 16 MB.
_AT_ONCE = 1_000


@transform("ip_pseudonym")
@dataclass(frozen=True)
class IpPseudonym(KeyedTransform):
    """Another IP address of the same version: two share a prefix exactly where the originals do.

    Crypto-PAn. Each address has one pseudonym, and no two share one. What isn't an address is
    invalid, and the zone of an IPv6 address goes.
    """

    on_invalid: OnInvalid = "refuse"

    guarantees = Guarantees(
        reversible_by="whoever holds the masking key",
        joins_within="the linkage domain",
        keeps=("length", "format"),
        empty="invalid",
        not_for="networks of which a few addresses are known: their prefixes come out",
    )

    def keyed(self, key: bytes) -> KeyedIpPseudonym:
        return KeyedIpPseudonym(key, self.on_invalid)


@dataclass(frozen=True)
class KeyedIpPseudonym(CheckedTransform):
    """An :class:`IpPseudonym` with its key, made on the worker that uses it."""

    key: bytes = field(repr=False)
    on_invalid: OnInvalid

    takes_text = True
    name = IpPseudonym.name

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        import pyarrow as pa
        import pyarrow.compute as pc

        encoded = values.cast(pa.string()).dictionary_encode()
        made = pa.array(self._pseudonyms(encoded.dictionary.to_pylist()), pa.string())
        made = made.take(encoded.indices)
        return made, pc.and_not(made.is_null(), values.is_null()), Reason.WRONG_FORMAT

    def _pseudonyms(self, texts: Sequence[str | None]) -> list[str | None]:
        addresses = [None if text is None else parsed(text) for text in texts]
        made: list[str | None] = [None] * len(texts)
        for version in (4, 6):
            places = [i for i, a in enumerate(addresses) if a is not None and a.version == version]
            for start in range(0, len(places), _AT_ONCE):
                part = places[start : start + _AT_ONCE]
                found = prefix_preserving(self.key, [a for i in part if (a := addresses[i])])
                for place, address in zip(part, found, strict=True):
                    made[place] = str(address)
        return made


def prefix_preserving(key: bytes, addresses: Sequence[Address]) -> list[Address]:
    """The pseudonym of each address under a key of 32 bytes; all of one version at a time."""
    import numpy as np
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if not addresses:
        return []
    encryptor = Cipher(algorithms.AES(key[:16]), modes.ECB()).encryptor()
    pad = np.unpackbits(np.frombuffer(encryptor.update(key[16:]), np.uint8))
    packed = np.frombuffer(b"".join(address.packed for address in addresses), np.uint8)
    bits = np.unpackbits(packed.reshape(len(addresses), -1), axis=1)
    blocks = np.packbits(_padded_prefixes(bits, pad), axis=2)
    enciphered = np.frombuffer(encryptor.update(blocks.tobytes()), np.uint8)
    flips = enciphered.reshape(*bits.shape, 16)[:, :, 0] >> 7
    kind = type(addresses[0])
    return [kind(row.tobytes()) for row in np.packbits(bits ^ flips, axis=1)]


def _padded_prefixes(
    bits: npt.NDArray[np.uint8], pad: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """For each address and each i a block of 128 bits: the first i of the address, then the pad."""
    import numpy as np

    rows, width = bits.shape
    blocks = np.broadcast_to(pad, (rows, width, 128)).copy()
    for i in range(1, width):
        blocks[:, i, :i] = bits[:, :i]
    return blocks
