"""Who is counted as one: an IPv4 address, or the IPv6 network that one household or office is given."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

OF_ONE = 64
"""The bits of an IPv6 address that name a network; whoever has one, has 2**64 addresses (RFC 4291, 2.5.4)."""


@lru_cache(4096)
def counted_as(address: str) -> str:
    """What an address counts as where tries and connections are counted; a name as it stands."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, OF_ONE), strict=False))
