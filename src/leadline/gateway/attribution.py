"""What a request counts for: its template, feature and user, chosen by headers within the key's lists."""

import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence

from leadline.vocabulary import Question, Retrieval

OTHER = "other"
LONGEST_NAME = 128
MOST_REMEMBERED_PROMPTS = 4096
_LONGEST_RETRIEVAL = 512
_LONGEST_AGE_S = 1e10
_MOST_DIGITS = 15
_NOTHING_SAID = Retrieval()
LONGEST_DIGESTED = 64 * 1024
LONGEST_MASKED = 64 * 1024
"""Characters of a system prompt that are masked, which costs 0.1 to 0.4 us each and holds up all requests."""

_NAME = re.compile(rf"[\x21-\x7e][\x20-\x7e]{{0,{LONGEST_NAME - 1}}}")
_VARIABLE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids without a single digit exist
    r"|\b\w*\d\w*\b"
    r"|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)


class Names:
    """Names that clients choose, at most `most` of them: what comes later counts as `other`.

    Unbounded names would turn every rate per name into noise and every table per name into a leak.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def bounded(self, name: str) -> str:
        if name in self._known:
            return name
        if len(self._known) >= self._most:
            return OTHER
        self._known.add(name)
        return name


class Templates:
    """The template of each request: what its header says, else a name made of its unvarying parts."""

    def __init__(self, most: int) -> None:
        self._names = Names(most)
        self._remembered: dict[int, str] = {}

    def of(self, question: Question, headers: Mapping[str, str], allowed: Sequence[str]) -> str:
        chosen = headers.get("x-leadline-template")
        if chosen is None:
            return self._names.bounded(self._automatic(question))
        if not within(chosen, allowed):
            return OTHER
        return self._names.bounded(chosen)

    def _automatic(self, question: Question) -> str:
        # Masking costs some microseconds per kilobyte, and most calls repeat a few system prompts.
        seen = hash((question.system, question.schema_json, question.tool_names))
        name = self._remembered.get(seen)
        if name is None:
            if len(self._remembered) >= MOST_REMEMBERED_PROMPTS:
                self._remembered.clear()
            name = self._remembered[seen] = automatic_template(question)
        return name


def automatic_template(question: Question) -> str:
    """`auto-` and 12 hex digits: the same for system prompts that differ in digits, dates and ids only.

    Of a very long one the first 64 Ki characters decide: what makes it long is a document, not instructions.
    """
    digest = hashlib.blake2b(digest_size=6)
    instructions = question.system[:LONGEST_MASKED]
    digest.update(_VARIABLE.sub("#", instructions).encode("utf-8", "surrogatepass"))
    digest.update(b"\0")
    digest.update(question.schema_json or b"")
    for name in question.tool_names:
        digest.update(b"\0" + name.encode("utf-8", "surrogatepass"))
    return "auto-" + digest.hexdigest()


def feature_of(headers: Mapping[str, str], allowed: Sequence[str], default: str, names: Names) -> str:
    chosen = headers.get("x-leadline-feature")
    if chosen is None:
        return default
    chosen = as_meant(chosen)
    if not within(chosen, allowed):
        return OTHER
    return chosen if "*" not in allowed else names.bounded(chosen)


def user_of(headers: Mapping[str, str], question: Question) -> str:
    """The end user as header or body name it, cut to a sensible length."""
    named = headers.get("x-leadline-user")
    return (as_meant(named) if named else question.user)[:LONGEST_NAME]


def as_meant(value: str) -> str:
    """A header's value, of which HTTP knows the bytes only: UTF-8 where they are that, else Latin-1."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def within(chosen: str, allowed: Sequence[str]) -> bool:
    """Whether a client may choose this name: one of the list, or with `*` anything short and printable."""
    return chosen in allowed or ("*" in allowed and _NAME.fullmatch(chosen) is not None)


def retrieval_of(headers: Mapping[str, str]) -> Retrieval | None:
    """What `x-leadline-retrieval: index=kb;n=5;score=.82;age_s=900;size=120000` says; None = nothing.

    A figure that is none, or out of its range, is as if it had not been said.
    """
    header = headers.get("x-leadline-retrieval")
    if header is None:
        return None
    said = {}
    for part in header[:_LONGEST_RETRIEVAL].split(";"):
        name, _, value = part.partition("=")
        said[name.strip()] = value.strip()
    index = said.get("index", "")
    found = Retrieval(
        index=index if _NAME.fullmatch(index) else "",
        n=_whole(said.get("n", "")),
        score=_number(said.get("score", ""), 1.0),
        age_s=_number(said.get("age_s", ""), _LONGEST_AGE_S),
        size=_whole(said.get("size", "")),
    )
    return None if found == _NOTHING_SAID else found


def _number(text: str, most: float) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0.0 <= value <= most else None


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def body_digest(body: bytes) -> int | None:
    """The same for the same body. Of a long one its end counts, where the last message stands, and its
    length: 64 KB cost 20 us, and a chance meeting of two in a minute is one in a million.
    """
    return zlib.crc32(body[-LONGEST_DIGESTED:], len(body) & 0xFFFFFFFF) if body else None


def retry_count(headers: Mapping[str, str]) -> int:
    """How often the client's own SDK has tried this call before."""
    count = headers.get("x-stainless-retry-count", "")
    return int(count) if count.isdecimal() and len(count) < 4 else 0
