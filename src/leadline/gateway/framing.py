"""How an answer is written on the wire: its head, and where its body ends."""

from collections.abc import Mapping
from http import HTTPStatus

LAST_CHUNK = b"0\r\n\r\n"
CHUNKED = "transfer-encoding: chunked\r\n"
CLOSE = "connection: close\r\n"
_BODILESS = (204, 304)
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
"""Headers that only whoever writes the body can know."""


_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_STATUS_LINES = {code: f"HTTP/1.1 {code} {_PHRASES.get(code, '')}\r\n" for code in range(100, 600)}


def head_of(status: int, date_line: str, headers: Mapping[str, str], framing: str) -> bytes:
    """`framing` are whole lines. Raises ValueError for a header that would get out of its line, or that says
    how the body is framed.
    """
    told = "".join(headers) + "".join(headers.values())
    if "\r" in told or "\n" in told or "\0" in told or "\x7f" in told:
        raise ValueError("a header of the answer holds a line break or another control character")
    if not _FRAMING.isdisjoint(headers):
        raise ValueError("a header of the answer tells of its framing, which the server does")
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"{_STATUS_LINES[status]}{date_line}{lines}{framing}\r\n".encode("latin-1", "replace")


def may_have_body(status: int, method: str) -> bool:
    """RFC 9110 section 6.4.1."""
    return method != "HEAD" and status not in _BODILESS
