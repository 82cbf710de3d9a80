"""E-mail and IP addresses."""

import ipaddress
import re
from collections.abc import Iterator

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:\w(?:[\w-]{0,61}\w)?\.){1,8}[^\W\d_]{2,63}(?![\w-])")
_V4 = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-])(?!\.\d)")
_V6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]{5})(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_VERSION_BEFORE = re.compile(r"(?:\bversions?|\brelease|\bv|\bbuild)[\s:.]{0,3}\Z", re.IGNORECASE)
_LEAST_GROUPS = 3
"""Of an IPv6 address: fewer are more often names of a programming language, `a::b`."""


def emails(text: str) -> Iterator[tuple[int, int]]:
    at = text.find("@")
    while at >= 0:
        local = _LOCAL.search(text, max(0, at - 64), at)
        domain = _DOMAIN.match(text, at + 1)
        if local and domain:
            begin = local.start() + len(local.group()) - len(local.group().lstrip("'`{|*=/.-"))
            if begin < at:
                yield begin, domain.end()
        at = text.find("@", at + 1)


def ip_addresses(text: str) -> Iterator[tuple[int, int]]:
    for match in _V4.finditer(text):
        if _is_somebodys(match.group()) and not _VERSION_BEFORE.search(text[: match.start()][-12:]):
            yield match.span()
    if text.count(":") < _LEAST_GROUPS - 1:
        return
    for match in _V6.finditer(text):
        groups = sum(map(bool, match.group().split(":")))
        if groups >= _LEAST_GROUPS and _is_somebodys(match.group()):
            yield match.span()


def _is_somebodys(written: str) -> bool:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast)
