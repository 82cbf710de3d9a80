"""Data carried out in links and images."""

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import unquote

import msgspec

from leadline.checks.bounds import AtLeastOne
from leadline.checks.guards import CostClass, Guard
from leadline.checks.guards._loading import loads_by_itself, shown_by_name
from leadline.vocabulary import FailureKind, Finding, Place

# slashes begin where a row of them does, and are taken as a whole: a long row takes no longer for it
_SLASHES = r"(?<![/\\])(?:[/\\]{2,}+(?:[\t\r\n]{1,4}[/\\]++)?|[/\\][\t\r\n]{1,4}[/\\]++)"
_ADDRESS = re.compile(
    rf"(?:(?:[a-z][a-z0-9+.-]{{1,15}}:)?{_SLASHES}|"
    r"(?:https?|wss?|ftp):[/\\]?(?=\w)"
    r"|(?P<mail>mailto:)|(?<![\w.@/-])(?=www\.))"
    r"(?:[^\s/<>\"'\\?#]{0,256}@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\s/?#:<>\"'()\[\]\\{}|,;`]{1,253})(?P<port>:\d{1,5})?"
    r"(?P<rest>[/?#\\][^\s<>\"'\])}`]*)?",
    re.IGNORECASE,
)
_HINT = re.compile(r"[/\\][\t\r\n]{0,4}[/\\]|(?:https?|wss?|ftp|mailto):|www\.", re.IGNORECASE)
_GOES_ON = re.compile(r"[,;:'(|{`][\w.%-]")
"""A host may hold these, and browsers know it: `example.com,.evil.test` is not example.com."""
_BROKEN_NAME = re.compile(r"[\t\r\n]+[\w.-]")
"""Within quotation marks of an attribute, where browsers leave out the break."""
_LOOK_BACK = 1024
"""Characters before an address in which the image or tag that loads it begins."""
_ENCODED = re.compile(r"[A-Za-z0-9+_=-]{24,}|(?:%[0-9A-Fa-f]{2}){6,}")
_SLUG = re.compile(r"(?:\d{1,10}(?:[a-z]{2})?[-_+])?[A-Z]?[a-z]+(?:[-_+][A-Z]?[a-z]+)*(?:[-_+]\d{1,10})?")
"""Words and a number, as of an article or a picture: `science-environment-49983610`, `1200px-The_Fall`."""
_LONG_ADDRESS = 2048
_LONGEST_WORD = 16
_MOST_HYPHENS = 2


class Exfiltration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Finds addresses that can carry data out: `image` is anything that a page loads by itself (Markdown
    images, also by reference, and HTML sources) from a host that is not allowed, for it needs no click;
    `link` is an address on such a host that carries data in its query, fragment, path, user name or host.

    `score` is 1 for an image and for a link with encoded data; less for one whose query is merely long.

    Blind spots: data that is spread over many short addresses, or told in plain words of a path; an allowed
    host that forwards; in a stream with a buffer, an image by reference whose definition stands further away
    than the buffer.

    Cost: 0.02 ms for 1 KB, 0.01 ms for each address.

    Attributes:
        allowed_hosts: hosts whose addresses may stand; `example.com` allows its subdomains too.
        longest_query: characters of query and fragment up to which a link is taken to carry no data.
    """

    cost_class: ClassVar[CostClass] = CostClass.FAST
    places: ClassVar[frozenset[Place]] = frozenset({Place.OUTPUT, Place.TOOL_ARGUMENTS})

    allowed_hosts: tuple[str, ...] = ()
    longest_query: AtLeastOne = 60

    @property
    def reach(self) -> int | None:
        return _LOOK_BACK

    @property
    def labels(self) -> frozenset[str]:
        return frozenset({"image", "link"})

    @property
    def unavailable(self) -> str:
        return ""

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:
        if _HINT.search(text) is None:
            return ()
        return tuple(self._found(text, place))

    def _found(self, text: str, place: Place) -> Iterator[Finding]:
        shown = shown_by_name(text) if place is Place.OUTPUT else frozenset[str]()
        for match in _ADDRESS.finditer(text):
            if self._allowed(match["host"]) and not _goes_on(match):
                continue
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            if loads_by_itself(before, shown):
                yield Finding(FailureKind.SECURITY_EXFILTRATION, "image", *match.span())
                continue
            score = self._carries(match)
            if score:
                yield Finding(FailureKind.SECURITY_EXFILTRATION, "link", *match.span(), score)

    def _allowed(self, host: str) -> bool:
        host = host.casefold().rstrip(".")
        return any(host == one or host.endswith(f".{one}") for one in map(str.casefold, self.allowed_hosts))

    def _carries(self, match: re.Match[str]) -> float:
        """How surely the address carries data, 0..1."""
        rest = match["rest"] or ""
        named = "@" in match.string[match.start() : match.start("host")] and match["mail"] is None
        if named or any(_looks_encoded(label) for label in match["host"].split(".")):
            return 1.0
        path, query = _parted(rest)
        told = [*_parts(query), *(part for part in _parts(path) if not _SLUG.fullmatch(part))]
        if any(map(_looks_encoded, told)):
            return 1.0
        if len(query) > self.longest_query or len(path) > _LONG_ADDRESS:
            return 0.7
        return 0.0


def _parted(rest: str) -> tuple[str, str]:
    at = min((found for mark in "?#" if (found := rest.find(mark)) >= 0), default=len(rest))
    return rest[:at], rest[at + 1 :]


def _parts(rest: str) -> list[str]:
    return re.split(r"[=&/;,.#?]", f"{unquote(rest)}/{rest}")


def _looks_encoded(part: str) -> bool:
    """Base64, hex and the like: long, and mixed as no slug of words is."""
    if not _ENCODED.fullmatch(part):
        return False
    longest_word = max(map(len, re.findall(r"[a-z]+", part)), default=0)
    kinds = (str.isdigit, str.isupper, str.islower)
    mixed = sum(any(test(letter) for letter in part) for test in kinds)
    return mixed > 1 and longest_word < _LONGEST_WORD and part.count("-") <= _MOST_HYPHENS


def _goes_on(match: re.Match[str]) -> bool:
    """Whether the host is longer than it looks."""
    text, end = match.string, match.end()
    if match["rest"] is not None:
        return False
    if _GOES_ON.match(text, end):
        return True
    return text[match.start() - 1 : match.start()] in ("'", '"') and _BROKEN_NAME.match(text, end) is not None


PLUG: type[Guard] = Exfiltration
