"""Whether a page loads an address by itself: images and sources need no click."""

import re

_LOADING = frozenset(
    {"data", "poster", "background", "xlink:href", "imagesrcset", "manifest", "classid", "codebase"}
)
_CLICKED = frozenset({"a", "area"})
_TAG = re.compile(r"<([a-z][a-z0-9:-]*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"[\s/]*([^\s=>/\"']+)(?:\s*=\s*(\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^\s>\"']*))?")
_MOST_TAGS = 4
"""Tags that may stand unfinished before an address: a `<` in the text of an attribute opens none."""
_STYLE = re.compile(r"(?:\burl\(|@import|\bimage-set\([^)]{0,256})\s{0,64}[\"']?\Z", re.IGNORECASE)
_STYLED = 340
_IMAGE_BY_NAME = re.compile(
    r"!\[((?:[^\[\]\\]|\\.|\[[^\[\]]{0,256}\]){0,512})\](?:\[([^\[\]]{0,256})\])?(?!\()", re.DOTALL
)


def loads_by_itself(before: str, shown: frozenset[str]) -> bool:
    """`before` is what stands before the address, `shown` the definitions that images of the text name."""
    opened = before.rstrip().removesuffix("<").rstrip()
    if opened.endswith("]("):
        return _is_image(opened, len(opened) - 2)
    if shown and opened.endswith("]:"):
        return _named(opened[opened.rfind("[") + 1 : -2]) in shown
    return _STYLE.search(before[-_STYLED:]) is not None or _is_source(before)


def shown_by_name(text: str) -> frozenset[str]:
    """Names of the definitions that an image refers to: `![chart][c]` or `![c]`."""
    if "![" not in text:
        return frozenset()
    return frozenset(_named(match[2] or match[1]) for match in _IMAGE_BY_NAME.finditer(text))


def _named(label: str) -> str:
    return " ".join(label.split()).casefold()


def _is_image(text: str, close: int) -> bool:
    """Whether the bracket that closes there was opened by `![`. One that was opened too far back for us to
    see may have been.
    """
    depth = 0
    for at in range(close, -1, -1):
        if text[at] not in "[]" or _is_escaped(text, at):
            continue
        depth += 1 if text[at] == "]" else -1
        if depth == 0:
            return at > 0 and text[at - 1] == "!" and not _is_escaped(text, at - 1)
    return True


def _is_escaped(text: str, at: int) -> bool:
    return (at - len(text[:at].rstrip("\\"))) % 2 == 1


def _is_source(before: str) -> bool:
    at = len(before)
    for _ in range(_MOST_TAGS):
        at = before.rfind("<", 0, at)
        tag = _TAG.match(before, at) if at >= 0 else None
        if tag is not None and (name := _open_attribute(before, tag.end())):
            return _loads(tag[1].lower(), name.lower())
        if at < 0:
            return False
    return False


def _open_attribute(before: str, at: int) -> str:
    """The attribute whose value goes on at the end; empty = there is none."""
    while at < len(before):
        found = _ATTRIBUTE.match(before, at)
        if found is None or found.end() == at:
            if before[at] == ">":
                return ""
            at += 1
            continue
        at = found.end()
        if at == len(before) and found[2] is not None:
            is_open = found[2][:1] not in ("'", '"') or found[2] in ("'", '"') or found[2][-1] != found[2][0]
            return found[1] if is_open else ""
    return ""


def _loads(tag: str, name: str) -> bool:
    if name == "href":
        return tag not in _CLICKED
    return name in _LOADING or name.endswith(("src", "srcset")) or (name == "content" and tag == "meta")
