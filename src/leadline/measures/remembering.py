"""Functions of users' texts that remember what they made of short ones, and keep no long text in memory."""

import hashlib
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class _Memory(dict[str, T]):
    """A lookup that is found costs less than a call of Python."""

    def __init__(self, make: Callable[[str], T], most: int, longest: int) -> None:
        super().__init__()
        self._make = make
        self._most = most
        self._longest = longest

    def __missing__(self, text: str) -> T:
        made = self._make(text)
        if len(text) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[text] = made
        return made


def remembered(most: int, longest: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """For words: at most `most` of them, none over `longest` characters. An LRU cache counts entries alone,
    so that callers could fill it with words of kilobytes, which then stay for the life of the process.
    """

    def decorate(make: Callable[[str], T]) -> Callable[[str], T]:
        return _Memory(make, most, longest).__getitem__

    return decorate


def remembered_by_digest(most: int) -> Callable[[Callable[[bytes], T]], Callable[[bytes], T]]:
    """For documents that callers send again and again: their text is not kept, only what was made of it."""

    def decorate(make: Callable[[bytes], T]) -> Callable[[bytes], T]:
        known: dict[bytes, T] = {}

        def look_up(document: bytes) -> T:
            digest = hashlib.blake2b(document, digest_size=16).digest()
            if digest not in known:
                if len(known) >= most:
                    known.clear()
                known[digest] = make(document)
            return known[digest]

        return look_up

    return decorate
