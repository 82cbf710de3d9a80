"""From a provider's complaint to a kind of the taxonomy, with the advice to retry or to go elsewhere.

One table by status holds for all; each provider adds the words and phrases that outrank it.
"""

import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import msgspec

from leadline.providers._decoding import Unparsable
from leadline.vocabulary import FailureKind, UpstreamFailure


class Ruling(NamedTuple):
    """`kind` None = the caller's own request is at fault."""

    kind: FailureKind | None
    retry_same: bool
    fail_over: bool


CALLER = Ruling(None, retry_same=False, fail_over=False)
CALLER_RETRY = Ruling(None, retry_same=True, fail_over=False)
AUTH = Ruling(FailureKind.PROVIDER_AUTH, retry_same=False, fail_over=True)
QUOTA = Ruling(FailureKind.PROVIDER_QUOTA, retry_same=False, fail_over=True)
MODEL_GONE = Ruling(FailureKind.PROVIDER_MODEL_GONE, retry_same=False, fail_over=True)
THROTTLED = Ruling(FailureKind.PROVIDER_THROTTLED, retry_same=True, fail_over=True)
OVER_THE_RATE_ALONE = Ruling(FailureKind.PROVIDER_THROTTLED, retry_same=False, fail_over=True)
OVERLOADED = Ruling(FailureKind.PROVIDER_OVERLOADED, retry_same=True, fail_over=True)
OUTAGE = Ruling(FailureKind.PROVIDER_OUTAGE, retry_same=True, fail_over=True)
TIMEOUT = Ruling(FailureKind.PROVIDER_TIMEOUT, retry_same=True, fail_over=True)
FORMAT = Ruling(FailureKind.QUALITY_FORMAT, retry_same=True, fail_over=True)
MALFORMED = Ruling(FailureKind.PROVIDER_MALFORMED, retry_same=True, fail_over=True)
TRUNCATED = Ruling(FailureKind.PROVIDER_TRUNCATED, retry_same=True, fail_over=True)

BY_STATUS = {
    401: AUTH,
    402: QUOTA,
    403: AUTH,
    404: MODEL_GONE,
    408: TIMEOUT,
    409: CALLER_RETRY,
    429: THROTTLED,
    499: OUTAGE,
    529: OVERLOADED,
}
_USUAL_STATUS = {
    None: 400,
    FailureKind.PROVIDER_AUTH: 401,
    FailureKind.PROVIDER_QUOTA: 429,
    FailureKind.PROVIDER_MODEL_GONE: 404,
    FailureKind.PROVIDER_THROTTLED: 429,
    FailureKind.PROVIDER_OVERLOADED: 503,
    FailureKind.PROVIDER_OUTAGE: 500,
    FailureKind.PROVIDER_TIMEOUT: 504,
}
"""What a kind is told with where its words imply no status, or one that contradicts it."""
_STATUS = re.compile(r"[45]\d\d", re.ASCII)
_DOOR = (403, 404, 405)
"""An HTML page with one of these is from what stands before the API: it says nothing of key or model."""
_SAFE_WORD = re.compile(r"[\w.:/-]{1,64}", re.ASCII)
_LONGEST_MESSAGE = 4000
_LONGEST_QUOTE = 64 * 1024
LONGEST_WAIT_S = 86_400.0
"""The longest window that a provider counts in is a day; what asks for more is not meant for a request."""
_any_json = msgspec.json.Decoder()


class Complaint(NamedTuple):
    """What an error body says. `words` are its codes and types, the most telling first."""

    words: tuple[str, ...] = ()
    text: str = ""
    retry_after_s: float | None = None


class Rulebook(msgspec.Struct, frozen=True, kw_only=True):
    """What one provider's errors mean beyond their status.

    `complaint` reads the provider's error object. `words` and `phrases` (lower case, for where only the
    message tells) outrank the status; `status_of` gives the status that a word stands for when the error
    came inside a 200.
    """

    complaint: Callable[[Mapping[str, object]], Complaint]
    words: Mapping[str, Ruling]
    phrases: tuple[tuple[str, Ruling], ...]
    status_of: Mapping[str, int]

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        """`status` is the HTTP status that arrived, 200 for an error inside an answer."""
        complaint = self.complaint(error_object(body))
        phrase = self._phrase(complaint.text)
        ruling = self._ruling(status, complaint, phrase)
        implied = self._implied_status(complaint, ruling) if status == 200 else None
        if status in _DOOR and body.lstrip().startswith(b"<"):
            ruling = OUTAGE
        return UpstreamFailure(
            kind=ruling.kind,
            status=status,
            error_code=next((word for word in complaint.words if _SAFE_WORD.fullmatch(word)), ""),
            # Only sentences we know: a provider's message may quote the prompt.
            message=phrase,
            retry_after_s=_bounded(
                _longest(complaint.retry_after_s, _retry_after_s(headers) if status >= 400 else None)
            ),
            retry_same=_told_to_retry(headers, ruling),
            fail_over=ruling.fail_over,
            implied_status=implied,
        )

    def _phrase(self, text: str) -> str:
        lowered = text[:_LONGEST_MESSAGE].lower()
        return next((phrase for phrase, _ in self.phrases if phrase in lowered), "")

    def _ruling(self, status: int, complaint: Complaint, phrase: str) -> Ruling:
        if phrase:
            return dict(self.phrases)[phrase]
        for word in complaint.words:
            if word in self.words:
                return self.words[word]
        return by_status(status if status != 200 else self._status_inside(complaint.words) or 500)

    def _status_inside(self, words: tuple[str, ...]) -> int | None:
        for word in words:
            if word in self.status_of:
                return self.status_of[word]
            if _STATUS.fullmatch(word):
                return int(word)
        return None

    def _implied_status(self, complaint: Complaint, ruling: Ruling) -> int:
        """What the upstream would have answered, had it not begun with a 200."""
        said = self._status_inside(complaint.words)
        usual = _USUAL_STATUS.get(ruling.kind, 502)
        return usual if said is None or (said >= 500) != (usual >= 500) else said


def malformed(status: int, sentence: str) -> UpstreamFailure:
    return _our_own_finding(MALFORMED, status, sentence)


def unreadable(what: str, error: Unparsable) -> UpstreamFailure:
    """A 200 whose body is not the JSON that it should be, or only the first part of it."""
    if error.cut:
        return _our_own_finding(TRUNCATED, 200, "The body ends before its JSON does.")
    return malformed(200, f"The body is not {what}: {error}.")


def error_object(body: bytes) -> Mapping[str, object]:
    """The provider's error as a mapping, whatever it is wrapped in; empty where the body holds none."""
    try:
        found = _any_json.decode(body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, list) and found:
        found = found[0]
    if not isinstance(found, dict):
        return {}
    inner = found.get("error", found)
    if isinstance(inner, str):
        return {"message": inner}
    return _unquoted(inner) if isinstance(inner, dict) else {}


def _unquoted(error: Mapping[str, object]) -> Mapping[str, object]:
    """Wrappers of Google's API put the whole error, as JSON, into the message of theirs."""
    message = error.get("message")
    if isinstance(message, str) and message.lstrip().startswith('{"error"') and len(message) < _LONGEST_QUOTE:
        try:
            quoted = _any_json.decode(message)["error"]
        except (ValueError, RecursionError):
            return error
        return quoted if isinstance(quoted, dict) else error
    return error


def word(value: object) -> str:
    """A code as a word: providers write them as text or as numbers."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _our_own_finding(ruling: Ruling, status: int, sentence: str) -> UpstreamFailure:
    return UpstreamFailure(
        kind=ruling.kind,
        status=status,
        message=sentence,
        retry_same=ruling.retry_same,
        fail_over=ruling.fail_over,
    )


def by_status(status: int) -> Ruling:
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return OUTAGE
    return CALLER if status >= 400 else MALFORMED


def _told_to_retry(headers: Mapping[str, str], ruling: Ruling) -> bool:
    told = headers.get("x-should-retry")
    if told == "false" or ruling.kind is FailureKind.PROVIDER_QUOTA:
        return False
    return ruling.retry_same or told == "true"


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    # Azure sends `retry-after-ms: 0` beside `retry-after: 1`: the longer one is meant.
    milliseconds = _seconds(headers.get("retry-after-ms"), divisor=1000)
    return _longest(milliseconds, _seconds(headers.get("retry-after")) or _seconds_until(headers))


def _seconds(value: str | None, divisor: int = 1) -> float | None:
    try:
        seconds = float(value or "") / divisor
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _seconds_until(headers: Mapping[str, str]) -> float | None:
    """RFC 9110 10.2.3 allows a date; the response's own date stands in for a clock."""
    try:
        then = parsedate_to_datetime(headers["retry-after"])
        return max(0.0, (then - parsedate_to_datetime(headers["date"])).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None


def _bounded(wait: float | None) -> float | None:
    return None if wait is None else min(wait, LONGEST_WAIT_S)


def _longest(*waits: float | None) -> float | None:
    return max((wait for wait in waits if wait is not None), default=None)
