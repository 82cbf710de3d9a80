"""Header lines as a parser tells them, read into names and values at once."""

from collections.abc import Iterable


class HeaderLines:
    """Of one connection, where each message brings the names of the one before: remembering them halves the
    cost. No line feed can stand in what the parser tells, so each side is decoded in one piece.
    """

    __slots__ = ("_names", "_raw_names", "_repeats", "raw")

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        """Name, value, name, value, ... as they came."""
        self._raw_names = b""
        self._names: list[str] = []
        self._repeats = False

    def read(self) -> dict[str, str]:
        """Lower-case names to values; the lines are used up."""
        raw = self.raw
        if not raw:
            return {}
        raw_names = b"\n".join(raw[::2])
        if raw_names != self._raw_names:
            self._raw_names = raw_names
            self._names = raw_names.decode("latin-1").lower().split("\n")
            self._repeats = len(set(self._names)) < len(self._names)
        values = b"\n".join(raw[1::2]).decode("latin-1").split("\n")
        raw.clear()
        pairs = zip(self._names, values, strict=True)
        return _joined(pairs) if self._repeats else dict(pairs)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What comes more than once is one list (RFC 9110 section 5.3), so that none is lost."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
