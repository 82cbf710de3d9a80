"""What a model said, gathered piece by piece: all of it is counted, and as much kept as anybody reads."""

LONGEST_KEPT = 1024 * 1024
"""Characters: four times the longest answer that a check reads. A stream without end must not fill memory."""


class Spoken:
    """The first `LONGEST_KEPT` characters as `text`, and the length of all that was added as `chars`."""

    __slots__ = ("_kept_chars", "_texts", "chars")

    def __init__(self) -> None:
        self.chars = 0
        self._kept_chars = 0
        self._texts: list[str] = []

    def add(self, text: str) -> None:
        size = len(text)
        self.chars += size
        room = LONGEST_KEPT - self._kept_chars
        if room > 0 and size:
            self._texts.append(text[:room])
            self._kept_chars += size

    def count(self, text: str) -> None:
        """It was said, but is not the answer that is looked at."""
        self.chars += len(text)

    @property
    def text(self) -> str:
        return "".join(self._texts)
