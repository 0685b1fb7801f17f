"""Addresses that name the nodes of a cluster with commas: `scheme://user:password@one:5672,two:5672/path`."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit


def nodes_of(url: str) -> tuple[str, ...]:
    """Return the address of each node, in the order in which they are named."""
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    return tuple(urlunsplit(parts._replace(netloc=f"{login}{at}{host.strip()}")) for host in hosts.split(","))
