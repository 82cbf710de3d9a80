"""What each simulated wire format can say."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from leadline.simulation.answers import SimulatedAnswer
from leadline.vocabulary import Question

_WORDS_PER_PIECE = 4


class Dialect(Protocol):
    """Facts in, bytes out. `stream` gives the events one by one, the terminal one last."""

    content_type: str

    def whole(self, answer: SimulatedAnswer) -> bytes: ...

    def stream(self, answer: SimulatedAnswer, question: Question) -> list[bytes]: ...

    def failure(self, status: int) -> bytes:
        """The error body of a 503 or 529."""

    def models(self, names: Sequence[str]) -> bytes: ...


def pieces(text: str) -> Iterator[str]:
    """The text in the small pieces that a stream sends; joined they are the text again."""
    words = text.split(" ")
    for start in range(0, len(words), _WORDS_PER_PIECE):
        yield ("" if start == 0 else " ") + " ".join(words[start : start + _WORDS_PER_PIECE])
