"""Listen on the addresses of a host: the main port and those beside it. Called by `command`."""

from __future__ import annotations

import errno
import socket
import sys
from typing import TYPE_CHECKING

from spanorigin_server.records import StartRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spanorigin_server.settings import SidePort


def listening(host: str, port: int, flag: str = "--port") -> list[socket.socket]:
    """A socket on each address of the host; they share the port."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise StartRefused(
            f"The host {host!r} is no address of this machine: {error.strerror}. "
            "Give --host an address, 127.0.0.1 for this machine only.",
            slug="host-unknown",
        ) from None
    sockets: list[socket.socket] = []
    for family, *_, address in dict.fromkeys(addresses):
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        shared_port = sockets[0].getsockname()[1] if sockets else port
        try:
            opened.bind((address[0], shared_port, *address[2:]))
            opened.listen(2048)
        except OSError as error:
            opened.close()
            # The name's second address may not be usable on this machine; its first has to be.
            if sockets and error.errno != errno.EADDRINUSE:
                continue
            raise _port_refused(host, shared_port, error, flag) from None
        sockets.append(opened)
    return sockets


def side_listening(host: str, port: SidePort | None, who: str, flag: str) -> list[socket.socket]:
    """Sockets for a port beside the main one; none where it is off, or where its default is another program's."""
    if port is None:
        return []
    try:
        return listening(host, port.number, flag)
    except StartRefused as refusal:
        if port.is_asked_for:
            raise
        sys.stderr.write(
            f"spanorigin: WARNING: {who} will not be heard: port {port.number} of {host} is taken by another program. "
            f"Stop that one, or give this one another port with {flag}, or 'off'. [{refusal.slug}]\n"
        )
        sys.stderr.flush()
        return []


def port_of(sockets: Sequence[socket.socket]) -> int | None:
    return int(sockets[0].getsockname()[1]) if sockets else None


def _port_refused(host: str, port: int, error: OSError, flag: str) -> StartRefused:
    if error.errno == errno.EADDRINUSE:
        return StartRefused(
            f"Port {port} of {host} is taken by another program, perhaps a server of this kind or a collector. "
            f"Stop that one, or give this one another port with {flag}.",
            slug="port-taken",
        )
    return StartRefused(
        f"The server cannot listen on {host}, port {port}: {error.strerror}. "
        f"Give an address of this machine with --host, and a port above 1023 with {flag}.",
        slug="address-unusable",
    )
