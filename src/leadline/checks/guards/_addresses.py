"""E-mail and IP addresses."""

import ipaddress
import re
from collections.abc import Iterator

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:\w(?:[\w-]{0,61}\w)?\.){1,8}[^\W\d_]{2,63}(?![\w-])")
_KEY = re.compile(r"(?:[\w.&?-]{1,40}=)+")
_V4 = re.compile(r"\d(?<![\w.-]\d)\d{0,2}(?:\.\d{1,3}){3}(?![\w-])(?!\.\d)")
_V6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]{5})(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_VERSION_BEFORE = re.compile(
    r"(?:\bversions?|\brelease|\bv|\bver|\bbuild|\bfirmware|\bdriver|\bsections?|\bchapter|\bclause|\btable"
    r"|\bfigure|\barticle|\babschnitt|\bkapitel|\boid|§)[\s:.=\"']{0,3}\Z|[A-Za-z]/\Z",
    re.IGNORECASE,
)
"""A number of a chapter or a program: also `Chrome/120.0.0.0`."""
_SAID_BEFORE = re.compile(
    r"(?:\bips?|addr\w*|hosts?|server|client|peer|from|ping|gateway|dns)\W{0,4}\Z", re.IGNORECASE
)
_LONGEST_OF_SINGLE_DIGITS = 7
"""Characters: 2.7.2.3 is the number of a version more often than a host, unless the text says so."""
_BEFORE = 16
_LEAST_GROUPS = 3
"""Of an IPv6 address: fewer are more often names of a programming language, `a::b`."""


def emails(text: str) -> Iterator[tuple[int, int]]:
    at = text.find("@")
    while at >= 0:
        local = _LOCAL.search(text, max(0, at - 64), at)
        domain = _DOMAIN.match(text, at + 1)
        if local and domain:
            begin = local.start() + _before_name(local.group())
            if begin < at:
                yield begin, domain.end()
        at = text.find("@", at + 1)


def _before_name(local: str) -> int:
    """Characters of `email=jane` and `'jane` before the address; `bounce+jane=example.com` has none."""
    key = _KEY.match(local)
    begin = key.end() if key else 0
    return len(local) - len(local[begin:].lstrip("'`{|*=/.-"))


def ip_addresses(text: str) -> Iterator[tuple[int, int]]:
    for match in _V4.finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if not _is_somebodys(match.group()) or _VERSION_BEFORE.search(before):
            continue
        if len(match.group()) > _LONGEST_OF_SINGLE_DIGITS or _SAID_BEFORE.search(before):
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
    if written.endswith(".0.0.0"):
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast)
