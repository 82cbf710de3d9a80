"""Addresses as people write them."""

import ipaddress
import re
import socket

_LISTEN = re.compile(r"^(?P<host>\[[^\]]+\]|[^:]+):(?P<port>\d{1,5})$")


def address(listen: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8600` or `[::1]:8600`. Raises ValueError."""
    found = _LISTEN.match(listen)
    if found is None or int(found["port"]) > 65_535:
        raise ValueError(f"{listen!r} is not an address; write HOST:PORT, such as 127.0.0.1:8600")
    return found["host"].strip("[]"), int(found["port"])


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url_of(listener: socket.socket) -> str:
    """Where a neighbour on this machine finds a bound socket."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
