"""Which proxy a call goes through, by the variables that every program reads: HTTPS_PROXY and its family."""

import base64
import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import msgspec

from leadline.proxies.origin import Origin

_USUAL_PORT = {"http": 80, "socks5": 1080, "socks5h": 1080}
"""By scheme. Names are resolved by the proxy with either word for SOCKS: behind one there is often no DNS."""
_HAS_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]*://")


class Proxy(msgspec.Struct, frozen=True, kw_only=True):
    """`socks` = it speaks SOCKS5, else HTTP. `username` empty = no credentials; they are never shown."""

    origin: Origin
    socks: bool = False
    username: str = ""
    password: str = ""

    @property
    def authorization(self) -> str:
        """The value of Proxy-Authorization, empty = none is given."""
        if not self.username:
            return ""
        return f"Basic {base64.b64encode(f'{self.username}:{self.password}'.encode()).decode()}"

    def __repr__(self) -> str:
        return f"Proxy({self.origin.name})"

    @property
    def name(self) -> str:
        return f"the proxy {self.origin.name}"


class Proxies:
    """By scheme of the upstream, and the hosts that are asked without one.

    `http_proxy` goes before `HTTP_PROXY`, either before `all_proxy`; `no_proxy` lists hosts (with all
    below them), addresses, networks and `*`, each with an optional port. What runs on this machine itself
    is never asked through a proxy.
    """

    def __init__(self, urls: Mapping[str, str], without: str = "") -> None:
        self._urls = urls
        self._without = tuple(entry.strip().lower() for entry in without.split(",") if entry.strip())

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Proxies":
        def given(name: str) -> str:
            return (environment.get(name) or environment.get(name.upper()) or "").strip()

        urls = {scheme: given(f"{scheme}_proxy") or given("all_proxy") for scheme in ("http", "https")}
        return cls(urls, given("no_proxy"))

    def for_origin(self, origin: Origin) -> Proxy | None:
        """None = asked directly. Raises ValueError, without the credentials, for a proxy of no use."""
        scheme = "https" if origin.tls else "http"
        url = self._urls.get(scheme, "")
        if not url or _is_here(origin.host) or any(_excepts(entry, origin) for entry in self._without):
            return None
        return _proxy(url, scheme)


def _proxy(url: str, scheme: str) -> Proxy:
    parts = urlsplit(url if _HAS_SCHEME.match(url) else f"http://{url}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    variable = f"{scheme}_proxy (or all_proxy)"
    usual_port = _USUAL_PORT.get(parts.scheme)
    if usual_port is None:
        raise ValueError(
            f"{variable} names a proxy that is spoken to by {parts.scheme}; "
            "Leadline speaks to proxies by http:// and socks5:// only"
        )
    if not host:
        raise ValueError(f"{variable} names no host; write http://HOST:PORT or socks5://HOST:PORT")
    return Proxy(
        origin=Origin(tls=False, host=host, port=port or usual_port),
        socks=parts.scheme != "http",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _is_here(host: str) -> bool:
    address = _address(host)
    return address.is_loopback if address is not None else host == "localhost" or host.endswith(".localhost")


def _excepts(entry: str, origin: Origin) -> bool:
    """Whether one word of no_proxy means `origin`."""
    if entry == "*":
        return True
    name, port = _split_port(entry)
    if port and port != str(origin.port):
        return False
    address = _address(origin.host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(name, strict=False)
        except ValueError:
            return False
    bare = name.removeprefix("*").removeprefix(".")
    return bool(bare) and (origin.host == bare or origin.host.endswith(f".{bare}"))


def _split_port(entry: str) -> tuple[str, str]:
    """`host:443`, `[::1]:443`, `::1`, `10.0.0.0/8` into name and port."""
    if entry.startswith("["):
        name, _, port = entry[1:].partition("]")
        return name, port.removeprefix(":")
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
