"""Where the texts of a decoded body stand, found by walking all of it."""

import base64
import binascii
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
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
_FREE = frozenset(
    {
        "args", "arguments", "input", "response", "variables", "env", "attributes", "parameters",
        "properties", "schema", "input_schema", "parametersJsonSchema", "parameters_json_schema",
        "responseSchema", "response_schema", "responseJsonSchema", "response_json_schema",
        "structuredContent",
    }
)  # fmt: skip
"""Members below which names are the caller's own: a tool's argument `status` is no protocol's status."""
_DATA = frozenset({"data", "file_data", "url", "b64_json", "image_url", "fileUri", "file_uri"})
_DATA_URI = re.compile(r"data:([^;,]*)[^,]*?(;base64)?,", re.IGNORECASE)
_MIME = ("media_type", "mime_type", "mimeType")
_TEXTUAL = ("text/", "application/json", "application/xml", "application/yaml", "application/javascript")
_LONGEST_ID = 256
_LONG_NUMBER = 9
"""Digits from which a number may be somebody's."""
_SCHEMA_TYPES = frozenset({"string", "object", "array", "integer", "number", "boolean", "null"})
_GROWING = frozenset({"text", "thinking", "transcript", "content", "summary", "reasoning"})
_LINK = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]{0,15}://")
_ATTACHED_BY_LINK = frozenset({"image_url", "fileUri", "file_uri"})
_IMAGE_MEMBERS = frozenset({"url", "detail", "format"})
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
    """The texts of one body. `unread` names what holds no text that we can read (`image`, `audio`, ...),
    `ended` the beginnings of the names of channels in which nothing more is to come.
    """

    def __init__(self, body: object) -> None:
        self.body = body
        self.spots: list[Spot] = []
        self.unread: list[str] = []
        self.ended: list[tuple[Hashable, ...]] = []
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

    def add_below(
        self,
        place: Place,
        value: object,
        kind_of: Callable[[Members], Place | None],
        *,
        channel: tuple[Hashable, ...] | None = None,
        free: bool = False,
    ) -> None:
        """Every text below `value`. `kind_of` may give the objects in it another place. `channel`: what is
        said in it grows from event to event. `free`: the names in it are the caller's own.
        """
        names: dict[Place, dict[str, None]] = {}
        for leaf in _leaves(value, place, kind_of, names, free=free):
            self._leaf(leaf, channel)
        for held_at, found in names.items():
            self.spots.append(Spot(held_at, " ".join(found), None, None, -len(self.spots) - 1))

    def drop_log_probabilities(self) -> None:
        """They hold the text once more, token by token."""
        for holder in _objects(self.body):
            for name in ("logprobs", "logprobsResult"):
                if holder.get(name) is not None:
                    holder[name] = None

    def _leaf(self, leaf: "_Leaf", channel: tuple[Hashable, ...] | None) -> None:
        place, holder, key = leaf.place, leaf.holder, leaf.key
        text = holder[key]
        if not isinstance(text, str):
            self.spots.append(Spot(place, str(text), holder, key, self._group))
            return
        if isinstance(holder, dict) and not leaf.free:
            if key == "file_id":
                self._refer(holder)
                return
            if key in _DATA and (found := _payload(holder, key, text)) is not None:
                self._attach(place, found)
                return
        self.add(place, holder, key, (*channel, key) if channel and key in _GROWING else None)

    def _refer(self, holder: Members) -> None:
        """What was uploaded before is nothing that we can read; a source that is merely named is no text."""
        if not str(holder.get("type", "")).endswith(("citation", "file_path")):
            self.unread.append("file")

    def _attach(self, place: Place, found: "_Payload") -> None:
        if found.words is not None:
            self.spots.append(Spot(place, found.words, None, None, self._group))
        if found.is_unread:
            self.unread.append(found.name)


class _Leaf(msgspec.Struct, frozen=True, gc=False):
    """A text, or a long number where names are `free`."""

    place: Place
    holder: Any
    key: Any
    free: bool


class _Payload(msgspec.Struct, frozen=True, gc=False):
    """An attached file: its words if it is a text, or the address where it lies."""

    name: str
    words: str | None = None
    is_unread: bool = True


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
    value: object,
    place: Place,
    kind_of: Callable[[Members], Place | None],
    names: dict[Place, dict[str, None]],
    *,
    free: bool,
) -> Iterator[_Leaf]:
    """All strings below, in order, without recursion: how deep it is nested is the client's choice. `names`
    gathers those of the caller's own, which a model reads too.
    """
    waiting: list[tuple[Place, Any, Any, bool]] = [(place, [value], 0, free)]
    while waiting:
        here, holder, key, own = waiting.pop()
        found = holder[key]
        if isinstance(found, str):
            if _is_named(key, found) if own else key == "file_id" or not is_no_text(key, found):
                yield _Leaf(here, holder, key, own)
        elif isinstance(found, dict):
            here, own = kind_of(found) or here, own or key in _FREE
            if own and found:
                names.setdefault(here, {}).update(dict.fromkeys(found))
            waiting += [
                (here, found, name, own) for name in reversed(found) if own or not _skipped(name, found[name])
            ]
        elif isinstance(found, list):
            own = own or key in _FREE
            waiting += [(here, found, at, own) for at in reversed(range(len(found)))]
        elif own and isinstance(found, int) and len(str(found)) >= _LONG_NUMBER:
            yield _Leaf(here, holder, key, own)


def _is_named(key: object, text: str) -> bool:
    """Of what stands where names are the caller's own; the types of a JSON Schema are nobody's words."""
    return key != "type" or text.lower() not in _SCHEMA_TYPES


def is_no_text(key: object, text: str) -> bool:
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


def _payload(holder: Members, key: str, text: str) -> _Payload | None:
    """None = it is no attachment."""
    uri = _DATA_URI.match(text)
    mime = uri[1] if uri else next((str(holder[name]) for name in _MIME if name in holder), "")
    name = mime.partition("/")[0].lower() or "file"
    if holder.get("type") == "text" or (uri is not None and not uri[2] and _is_textual(mime)):
        return None
    if uri is None and _LINK.match(text):
        return _Payload("image" if key == "image_url" else name, text) if _by_link(holder, key) else None
    if uri is None and not mime:
        return _Payload("file") if "format" in holder or "filename" in holder else None
    if not _is_textual(mime):
        return _Payload(name)
    try:
        words = _as_text(base64.b64decode(text[uri.end() :] if uri else text, validate=False))
    except (binascii.Error, ValueError):
        return _Payload(name)
    return _Payload(name, words, is_unread=False)


def _is_textual(mime: str) -> bool:
    return mime.lower().startswith(_TEXTUAL)


def _by_link(holder: Members, key: str) -> bool:
    """Whether what lies at the address is attached; else it is only named."""
    return key in _ATTACHED_BY_LINK or holder.get("type") == "url" or _IMAGE_MEMBERS.issuperset(holder)


def _as_text(data: bytes) -> str:
    return data.decode("utf-16" if data[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig", "replace")
