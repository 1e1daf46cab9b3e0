"""IP addresses cut to their network: the first bits stay, the others become 0."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from veilflow.mask.checked_text import CheckedText
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.outcome import OnInvalid
from veilflow.mask.registry import transform

__all__ = ["IpPrefix", "parsed"]


def parsed(text: str) -> IPv4Address | IPv6Address | None:
    """The address that ``text`` writes, without the zone of an IPv6 address; None if it's none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return IPv6Address(int(address)) if isinstance(address, IPv6Address) else address


@transform("ip")
@dataclass(frozen=True)
class IpPrefix(CheckedText):
    """The network's address: the first ``v4`` or ``v6`` bits, the others 0 (192.0.2.0, 2001:db8::).

    An IPv4 address inside an IPv6 one (::ffff:192.0.2.1) is cut as IPv6, to nothing. Whoever has a
    network of their own is named by it: /24 and /48 are what a small company gets. IPv6 addresses
    come out as RFC 5952 writes them. What isn't an address is invalid.
    """

    v4: int = 24
    v6: int = 48
    on_invalid: OnInvalid = "refuse"

    guarantees = Guarantees(
        keeps=("prefix",),
        empty="invalid",
        not_for="addresses whose whole network belongs to one household",
    )

    def __post_init__(self) -> None:
        if not (0 <= self.v4 < 32 and 0 <= self.v6 < 128):
            raise ValueError("v4 is from 0 to 31 bits and v6 from 0 to 127")

    def mask(self, value: str) -> str | None:
        address = parsed(value)
        if address is None:
            return None
        hidden = address.max_prefixlen - (self.v4 if address.version == 4 else self.v6)
        return str(type(address)(int(address) >> hidden << hidden))
