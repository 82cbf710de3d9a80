"""Data carried out in links and images."""

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import unquote

import msgspec

from leadline.checks.bounds import AtLeastOne
from leadline.checks.guards import CostClass, Guard
from leadline.vocabulary import FailureKind, Finding, Place

_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,15}:)?[/\\]{2}(?:[^\s/@<>\"'\\]{0,256}@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\s/?#:<>\"'()\[\]\\{}|,;`]{1,253})(?P<port>:\d{1,5})?"
    r"(?P<rest>[/?#\\][^\s<>\"'\])}`]*)?",
    re.IGNORECASE,
)
_TARGET_OPENS = re.compile(r"\]\(\s{0,8}<?\Z")
_SOURCE = re.compile(
    r"<(?:img|image|source|video|audio|iframe|embed|object|link|script|input)\b[^>]*"
    r"\b(?:src|srcset|href|data|poster)\s*=\s*[\"']?[^>\"']*\Z",
    re.IGNORECASE,
)
_STYLE = re.compile(r"\burl\(\s{0,8}[\"']?\Z", re.IGNORECASE)
_TAIL = 32
_LOOK_BACK = 1024
"""Characters before an address in which the image or tag that loads it begins."""
_DEFINITION_BEFORE = re.compile(r"^[ ]{0,3}\[([^\]\n]{1,256})\]:\s*<?\Z", re.MULTILINE)
_IMAGE_BY_NAME = re.compile(r"!\[([^\]\n]{0,256})\](?:\[([^\]\n]{0,256})\])?(?!\()")
_ENCODED = re.compile(r"[A-Za-z0-9+_=-]{24,}|(?:%[0-9A-Fa-f]{2}){6,}")
_LONG_ADDRESS = 2048
_LONGEST_WORD = 16
_MOST_HYPHENS = 2


class Exfiltration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Finds addresses that can carry data out: `image` is anything that a page loads by itself (Markdown
    images, also by reference, and HTML sources) from a host that is not allowed, for it needs no click;
    `link` is an address on such a host that carries data in its query, fragment, path, user name or host.

    `score` is 1 for an image and for a link with encoded data; less for one whose query is merely long.

    Blind spots: data that is spread over many short addresses; an allowed host that forwards.

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
        if "//" not in text and "\\\\" not in text:
            return ()
        return tuple(self._found(text, place))

    def _found(self, text: str, place: Place) -> Iterator[Finding]:
        shown = _shown_by_name(text) if place is Place.OUTPUT else frozenset[str]()
        for match in _ADDRESS.finditer(text):
            if self._allowed(match["host"]):
                continue
            before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
            if _loads_by_itself(before, shown):
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
        user = match.group().partition("//")[2].partition(match["host"])[0]
        if user or any(_looks_encoded(label) for label in match["host"].split(".")):
            return 1.0
        path, query = _parted(rest)
        if any(_looks_encoded(part) for part in re.split(r"[=&/;,.#?]", unquote(rest) + "/" + rest)):
            return 1.0
        if len(query) > self.longest_query or len(path) > _LONG_ADDRESS:
            return 0.7
        return 0.0


def _parted(rest: str) -> tuple[str, str]:
    at = min((found for mark in "?#" if (found := rest.find(mark)) >= 0), default=len(rest))
    return rest[:at], rest[at + 1 :]


def _looks_encoded(part: str) -> bool:
    """Base64, hex and the like: long, and mixed as no slug of words is."""
    if not _ENCODED.fullmatch(part):
        return False
    longest_word = max(map(len, re.findall(r"[a-z]+", part)), default=0)
    kinds = (str.isdigit, str.isupper, str.islower)
    mixed = sum(any(test(letter) for letter in part) for test in kinds)
    return mixed > 1 and longest_word < _LONGEST_WORD and part.count("-") <= _MOST_HYPHENS


def _loads_by_itself(before: str, shown: frozenset[str]) -> bool:
    tail = before[-_TAIL:]
    if (opens := _TARGET_OPENS.search(tail)) is not None:
        label = before[: len(before) - len(tail) + opens.start()]
        return label.rfind("![") > label.rfind("](")
    if _STYLE.search(tail):
        return True
    tag = before.rfind("<")
    if tag >= 0 and _SOURCE.match(before, tag):
        return True
    defined = _DEFINITION_BEFORE.search(before, before.rfind("\n") + 1) if shown else None
    return defined is not None and defined[1].casefold() in shown


def _shown_by_name(text: str) -> frozenset[str]:
    """Names of the definitions that an image refers to: `![chart][c]` or `![c]`."""
    return frozenset((m[2] or m[1]).casefold() for m in _IMAGE_BY_NAME.finditer(text))


PLUG: type[Guard] = Exfiltration
