"""What looks like personal data and may stand: the house's own addresses and numbers."""

import re
from collections.abc import Iterable

_BETWEEN = re.compile(r"[\s()/-]+")


class Allowed:
    """Values in any case, with any blanks, brackets, hyphens and slashes; `@example.com` is every address
    there. Raises ValueError for an entry that is nothing but those.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        written = {entry: _plain(entry) for entry in entries}
        empty = next((entry for entry, plain in written.items() if plain in ("", "@")), None)
        if empty is not None:
            raise ValueError(f"the entry {empty!r} of `allowed` names nothing")
        self._values = frozenset(written.values())

    def __bool__(self) -> bool:
        return bool(self._values)

    def __contains__(self, said: str) -> bool:
        plain = _plain(said)
        _, at, host = plain.rpartition("@")
        return plain in self._values or (bool(at) and f"@{host}" in self._values)


def _plain(said: str) -> str:
    return _BETWEEN.sub("", said.casefold())
