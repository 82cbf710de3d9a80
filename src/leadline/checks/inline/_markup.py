"""Tables and lists in HTML and records in JSON as plain lines, so that they are read as any other text."""

import re

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,9})(?:\s[^<>]{0,300})?/?>")
_LEADER = re.compile(r"(?<=[^\W_]|[)%\]]) ?\.{4,}[ .]*(?=\S)")
_ENDS_A_LINE = frozenset(
    {"tr", "li", "p", "div", "br", "ul", "ol", "table", "thead", "tbody", "section", "article", "dd"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)
_ENDS_A_CELL = frozenset({"td", "th"})
_ESCAPED = {"&nbsp;": " ", "&amp;": "&", "&euro;": "€", "&pound;": "£", "&lt;": "<", "&gt;": ">"}
_RECORD = re.compile(r"\{\s*\"[^\"\n]{1,80}\"\s*:")
_MOMENT = re.compile(r"(?<=\d\d-\d\d)T(?=\d\d:\d\d)")
_OF_JSON = str.maketrans({"{": "\n", "}": "\n", "[": "\n", "]": "\n", '"': " "})


def plain(text: str) -> str:
    if "...." in text:
        text = _LEADER.sub(": ", text)
    if "T" in text:
        text = _MOMENT.sub(" ", text)
    if "</" in text or "<br" in text:
        text = _TAG.sub(_as_text, text)
        for name, sign in _ESCAPED.items():
            text = text.replace(name, sign)
    if _RECORD.search(text):
        text = text.translate(_OF_JSON)
    return text


def _as_text(tag: re.Match[str]) -> str:
    closing, name = tag[1], tag[2].lower()
    if name in _ENDS_A_CELL:
        return " | " if closing else ""
    return "\n" if name in _ENDS_A_LINE else ""
