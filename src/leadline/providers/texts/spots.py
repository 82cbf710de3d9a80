"""Where the texts of a decoded body stand, found by walking all of it."""

import base64
import binascii
import re
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import msgspec

from leadline.vocabulary import Place

Members = dict[str, Any]

_NO_TEXT = frozenset(
    {
        "type", "role", "object", "id", "index", "model", "format", "detail", "status", "quality", "encoding",
        "tool_call_id", "tool_use_id", "call_id", "item_id", "file_id", "response_id", "previous_response_id",
        "media_type", "mime_type", "mimeType", "cache_control", "cacheControl", "service_tier", "user",
        "finish_reason", "finishReason", "stop_reason", "signature", "thoughtSignature", "thought_signature",
        "encrypted_content", "encrypted_index", "safety_identifier", "prompt_cache_key", "modelVersion",
        "responseId", "logprobs", "logprobsResult", "citationMetadata", "safetyRatings", "usage",
        "usageMetadata", "stream_options", "metadata", "labels", "safetySettings", "safety_settings",
    }
)  # fmt: skip
"""Members that no model reads and no person is shown, or that only repeat the text (log probabilities)."""
_DATA = frozenset({"data", "file_data", "url", "b64_json", "image_url", "fileUri", "file_uri"})
_DATA_URI = re.compile(r"data:([^;,]*)[^,]*?(;base64)?,", re.IGNORECASE)
_MIME = ("media_type", "mime_type", "mimeType")
_TEXTUAL = ("text/", "application/json", "application/xml", "application/yaml", "application/javascript")
_LONGEST_ID = 256
_OPAQUE = frozenset({"signature", "thoughtSignature", "thought_signature", "encrypted_content"})


class Spot(msgspec.Struct):
    """One text. `group` joins the texts that a model reads as one (the parts of a message). `channel` names
    what grows from event to event of a stream; None = the text stands here whole. `holder` None = it can be
    read and not rewritten. `as_json`: the text is the JSON of what the holder has there.
    """

    place: Place
    text: str
    holder: Any
    key: Any
    group: int
    channel: Hashable | None = None
    as_json: bool = False

    def put(self, text: str) -> bool:
        """Whether it could be rewritten."""
        if self.holder is None:
            return False
        if not self.as_json:
            self.holder[self.key] = text
            return True
        try:
            self.holder[self.key] = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return False
        return True


class Texts:
    """The texts of one body. `unread` names what holds no text that we can read (`image`, `audio`, ...)."""

    def __init__(self, body: object) -> None:
        self.body = body
        self.spots: list[Spot] = []
        self.unread: list[str] = []
        self._group = 0

    def encoded(self) -> bytes:
        """The body as it is now."""
        return msgspec.json.encode(self.body)

    def next_group(self) -> None:
        self._group += 1

    def add(self, place: Place, holder: Any, key: Any, channel: Hashable | None = None) -> None:
        """The text that stands at `holder[key]`, if one does."""
        text = holder[key]
        if isinstance(text, str) and text:
            self.spots.append(Spot(place, text, holder, key, self._group, channel))

    def add_json(self, place: Place, holder: Any, key: Any) -> None:
        """Everything below `holder[key]` as one text, names and numbers too."""
        if holder[key] not in (None, "", {}, []):
            text = msgspec.json.encode(holder[key]).decode()
            self.spots.append(Spot(place, text, holder, key, self._group, as_json=True))

    def add_below(self, place: Place, value: object, kind_of: Callable[[Members], Place | None]) -> None:
        """Every text below `value`. `kind_of` may give the objects in it another place."""
        for held_at, holder, key in _leaves(value, place, kind_of):
            self._leaf(held_at, holder, key)

    def drop_log_probabilities(self) -> None:
        """They hold the text once more, token by token."""
        for holder in _objects(self.body):
            for name in ("logprobs", "logprobsResult"):
                if holder.get(name) is not None:
                    holder[name] = None

    def _leaf(self, place: Place, holder: Any, key: Any) -> None:
        text = holder[key]
        if key in _DATA and isinstance(holder, dict) and (found := _payload(holder, text)) is not None:
            name, words = found
            if words is None:
                self.unread.append(name)
            else:
                self.spots.append(Spot(place, words, None, None, self._group))
            return
        self.add(place, holder, key)


def same_place(_members: Members) -> Place | None:
    """For `add_below`: nothing in it has a place of its own."""
    return None


def members_of(value: object) -> Iterator[Members]:
    """The objects of a list, or a lone one: some hosts take either."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _leaves(
    value: object, place: Place, kind_of: Callable[[Members], Place | None]
) -> Iterator[tuple[Place, Any, Any]]:
    """All strings below, in order, without recursion: how deep it is nested is the client's choice."""
    waiting: list[tuple[Place, Any, Any]] = [(place, [value], 0)]
    while waiting:
        here, holder, key = waiting.pop()
        found = holder[key]
        if isinstance(found, str):
            if not _is_no_text(key, found):
                yield here, holder, key
        elif isinstance(found, dict):
            within = kind_of(found) or here
            waiting += [(within, found, name) for name in reversed(found) if not _skipped(name, found[name])]
        elif isinstance(found, list):
            waiting += [(here, found, at) for at in reversed(range(len(found)))]


def _is_no_text(key: object, text: str) -> bool:
    """A text does not become an id by being called one."""
    return key in _NO_TEXT and (len(text) <= _LONGEST_ID or key in _OPAQUE)


def _skipped(name: str, value: object) -> bool:
    return name in _NO_TEXT and not isinstance(value, str)


def _objects(value: object) -> Iterator[Members]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def _payload(holder: Members, text: str) -> tuple[str, str | None] | None:
    """(what it is, its words if it is a text) of an attached file; None = it is no attachment."""
    uri = _DATA_URI.match(text)
    mime = uri[1] if uri else next((str(holder[name]) for name in _MIME if name in holder), "")
    if holder.get("type") == "text":
        return None
    if uri is None and not mime:
        return ("file", None) if "format" in holder or "filename" in holder else None
    name = mime.partition("/")[0].lower() or "file"
    if not mime.lower().startswith(_TEXTUAL):
        return name, None
    encoded = text[uri.end() :] if uri else text
    if uri is not None and not uri[2]:
        return None
    try:
        return name, base64.b64decode(encoded, validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return name, None
