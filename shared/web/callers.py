"""Whose call it is, as calls are counted: an address, of IPv6 the network of one customer."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from fastapi import Request

_IPV6_PREFIX: Final = 64  # bits that a provider gives one customer: all below them is one caller's


def caller_of(request: Request) -> str:
    """Return whose request this is; "" where nobody says."""
    return counted_address(request.client.host) if request.client else ""


def counted_address(address: str) -> str:
    """Return an address as it counts; what is none stays as it is."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, _IPV6_PREFIX), strict=False))
