"""The tools that a model called, gathered piece by piece; as much of it is kept as anybody reads."""

from collections.abc import Hashable

from leadline.providers._spoken import LONGEST_KEPT
from leadline.vocabulary import ToolCall

MOST_CALLS = 1000
"""Of one answer, with `LONGEST_KEPT` characters of arguments in all, so that none fills memory."""


class Called:
    """Each call by what tells it from the others: its place, or its id."""

    __slots__ = ("_calls", "_room")

    def __init__(self) -> None:
        self._calls: dict[Hashable, list[str]] = {}
        self._room = LONGEST_KEPT

    def __len__(self) -> int:
        return len(self._calls)

    def begin(self, key: Hashable, name: str, given: str = "") -> None:
        """`given` are the arguments, unless pieces of them follow. A name may also come later."""
        parts = self._calls.get(key)
        if parts is not None:
            parts[0] = parts[0] or name
        elif len(self._calls) < MOST_CALLS:
            self._calls[key] = [name, self._kept(given)]

    def add(self, key: Hashable, piece: str) -> None:
        """A piece of the arguments of a call that has begun."""
        parts = self._calls.get(key)
        if piece and parts is not None and self._room > 0:
            parts.append(self._kept(piece))

    def calls(self) -> tuple[ToolCall, ...]:
        """In the order in which they began."""
        return tuple([ToolCall(name, "".join(rest) or given) for name, given, *rest in self._calls.values()])

    def _kept(self, text: str) -> str:
        kept = text[: max(0, self._room)]
        self._room -= len(text)
        return kept
