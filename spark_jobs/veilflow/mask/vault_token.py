"""Random tokens: nothing about the value is in them, a vault remembers what they stand for.

The same value gets the same token inside a linkage domain, because the vault has it. Not promised:
frequencies stay visible, and whoever holds both the vault and the masking key can undo the column.
Whoever has only one of the two can't.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from veilflow.mask.contract import KeyedTransform, Transform
from veilflow.mask.domain_key import DomainKey
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.registry import transform
from veilflow.vault import DomainSeal, ThrowAwayVault, TokenVault, open_vault

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeyedVaultToken", "VaultToken"]

_REMEMBERED = 50_000  # tokens of one column that a worker doesn't ask the vault for again


@transform("vault_token")
@dataclass(frozen=True)
class VaultToken(KeyedTransform):
    """A random token; whoever holds the vault and the masking key can look up its value.

    It looks like ``r1.`` and 26 lower-case base-32 characters; ``prefix`` stands before it.
    """

    conceals = True
    guarantees = Guarantees(
        reversible_by="whoever holds the masking key and the vault",
        joins_within="its linkage domain",
        not_for="values whose frequency names them, and what nobody may get back",
    )
    needs_resources = ("vault",)

    prefix: str = ""

    def keyed(self, key: bytes) -> VaultTokenOfDomain:
        return self.bound(DomainKey(key, "", 1))

    def bound(self, key: DomainKey) -> VaultTokenOfDomain:
        """This transform with the key of a domain; it needs to be opened with a vault."""
        return VaultTokenOfDomain(key, self.prefix)


@dataclass(frozen=True)
class VaultTokenOfDomain(Transform):
    """A :class:`VaultToken` with its key and no vault yet."""

    needs_resources = ("vault",)

    key: DomainKey
    prefix: str = ""

    def opened(self, resources: Mapping[str, str]) -> KeyedVaultToken:
        """The transform that can be applied; nothing is contacted before it is."""
        address = resources["vault"]
        vault = ThrowAwayVault.at(address) or open_vault(address)
        return KeyedVaultToken(self.key, vault, self.prefix)


@dataclass(frozen=True)
class KeyedVaultToken(Transform):
    """The vault's tokens of one domain, made on the worker that uses them."""

    key: DomainKey
    vault: TokenVault
    prefix: str = ""
    _known: dict[bytes, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def apply(self, values: pa.Array) -> pa.Array:
        """A token for each value; one question to the vault a batch, two where values are new.

        Raises VaultUnavailable where the vault can't keep a token: then none is given out.
        """
        import pyarrow as pa

        encoded = values.cast(pa.string()).dictionary_encode()
        tokens = self._tokens(encoded.dictionary.to_pylist())
        return pa.array(tokens, pa.string()).take(encoded.indices)

    def reveal(self, values: pa.Array) -> pa.Array:
        """The values behind the tokens; null where the vault has none of this domain and version.

        Raises IntegrityError for an entry that was changed.
        """
        import pyarrow as pa

        asked = [None if t is None else t.removeprefix(self.prefix)
                 for t in values.cast(pa.string()).to_pylist()]  # fmt: skip
        found = self.vault.entries(sorted({token for token in asked if token is not None}))
        mine = {
            token: self._seal.open(entry)
            for token, entry in found.items()
            if (entry.domain, entry.version) == (self.key.domain, self.key.version)
        }
        return pa.array([None if t is None else mine.get(t) for t in asked], pa.string())

    def _tokens(self, values: list[str]) -> list[str]:
        seal = self._seal
        prints = [seal.fingerprint(value) for value in values]
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        known = self._known
        known.update(_of(self.vault.find, [one for one in prints if one not in known]))
        new = [
            seal.new_entry(value, one)
            for value, one in zip(values, prints, strict=True)
            if one not in known
        ]
        known.update(_of(self.vault.add, new))
        return [self.prefix + known[one] for one in prints]

    @property
    def _seal(self) -> DomainSeal:
        return DomainSeal(self.key.material, self.key.domain, self.key.version)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("keyed vault tokens aren't pickled: their key belongs to this process")


def _of(ask: Callable[..., Any], items: list[Any]) -> dict[bytes, str]:
    return dict(ask(items)) if items else {}
