"""Which machines a fetch may reach: the one that was named, the proxies of the environment, and the internet.

A clone follows the other side's redirects, and a server often stands where it can reach what its users cannot: the
cloud's metadata service, which hands out keys to whoever asks, or a neighbour without a password. Used by `mirroring`
in its process of its own, where nothing else is looked up or connected to (decision 0241).
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies

# Where clouds answer questions about the machine, beyond the link-local addresses.
_METADATA: Final = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")))


class ReachRefused(Exception):  # noqa: N818  # named for what came about; no OSError, which would be tried again
    """Where the fetch wanted to go, and why it may not."""


class Reach:
    """The places for one fetch. `named` is the host that somebody registered."""

    def __init__(self, named: str) -> None:
        proxies = (urlsplit(proxy).hostname for proxy in getproxies().values())
        self._chosen = {host.lower() for host in (named, *proxies) if host}
        self._host = ""

    def watch(self) -> None:
        """Look at every connection of this process from now on. Python's own hook: it sees the address itself, so
        that a name which leads elsewhere the second time is of no use."""
        sys.addaudithook(self._heard)

    def _heard(self, event: str, given: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            self._host = _text(given[0])
        elif event == "socket.connect" and isinstance(given[1], tuple):
            self.check(self._host, str(given[1][0]))

    def check(self, host: str, address: str) -> None:
        """Raises ReachRefused where `host`, which led to `address`, is none to connect to."""
        try:
            place = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:  # a name, which is looked up by connecting; the hook hears that too
            return
        place = getattr(place, "ipv4_mapped", None) or place
        if place.is_link_local or place.is_multicast or place in _METADATA:
            raise ReachRefused(f"{host} is {place}, an address of the machine's own surroundings and no git server's")
        if host.lower() not in self._chosen and not place.is_global:
            raise ReachRefused(
                f"it was sent on to {host} ({place}), which is not on the internet. Register that address"
            )


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
