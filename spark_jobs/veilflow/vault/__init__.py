"""Vaults: where random tokens are kept with what they stand for, encrypted. Knows no engine.

:func:`open_vault` opens one by its address; :class:`DomainSeal` makes and opens what is kept.
"""

from veilflow.vault.entry import VaultEntry
from veilflow.vault.seal import DomainSeal
from veilflow.vault.throw_away import ThrowAwayVault
from veilflow.vault.token_vault import TokenVault, open_vault

__all__ = ["DomainSeal", "ThrowAwayVault", "TokenVault", "VaultEntry", "open_vault"]
