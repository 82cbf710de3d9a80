"""The elements of a JSON array of objects, cut out of it while it arrives in pieces."""

import re

_OUTSIDE = re.compile(rb'["{}\]]')
_INSIDE_STRING = re.compile(rb'["\\]')


class ArrayElements:
    """Looks at each byte once. `closed` = the array's own bracket has come."""

    def __init__(self) -> None:
        self.closed = False
        self.held = bytearray()
        """What came since the last whole element: separators, half an element, or the array's own bracket."""
        self._at = 0
        self._start = 0
        self._depth = 0
        self._in_string = False

    def feed(self, chunk: bytes) -> list[tuple[bytes, bytes]]:
        """The top-level objects that are whole now, each with what stood before it."""
        self.held += chunk
        elements: list[tuple[bytes, bytes]] = []
        while self._step(elements):
            pass
        return elements

    def _step(self, elements: list[tuple[bytes, bytes]]) -> bool:
        """Go to the next mark; False when the rest holds none."""
        match = (_INSIDE_STRING if self._in_string else _OUTSIDE).search(self.held, self._at)
        if match is None:
            self._at = len(self.held)
            return False
        mark = match.group()
        if mark == b"\\":
            if match.end() == len(self.held):
                self._at = match.start()  # what it escapes has not come yet
                return False
            self._at = match.end() + 1
            return True
        self._at = match.end()
        if mark == b'"':
            self._in_string = not self._in_string
        elif mark == b"{":
            self._open(match.start())
        elif mark == b"}":
            self._close(elements)
        elif self._depth == 0:
            self.closed = True
        return True

    def _open(self, start: int) -> None:
        if self._depth == 0:
            self._start = start
        self._depth += 1

    def _close(self, elements: list[tuple[bytes, bytes]]) -> None:
        self._depth -= 1
        if self._depth == 0:
            elements.append((bytes(self.held[: self._start]), bytes(self.held[self._start : self._at])))
            del self.held[: self._at]
            self._at = 0
