"""The answer does not say the same thing again and again."""

import zlib

import msgspec

from leadline.checks.bounds import AtLeastOne, AtLeastZero, Share
from leadline.checks.inline import Examination, InlineCheck
from leadline.vocabulary import FailureKind, Signal, Verdict

_CHECK = "repetition"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_PASSED = Signal(check=_CHECK, verdict=Verdict.PASS, score=0.0)
_PROBED_CHARS = 20
_PLACES = (0.23, 0.48, 0.59, 0.71, 0.84, 0.93)
"""Where in the text passages are taken: unevenly, lest all of them meet the number of a list's item."""
_SPAN = 8
_FASTEST, _WINDOW_BITS, _MEMORY = 1, 13, 5
"""A window of 8 KB sees all that is read; the usual 256 KB are fetched from the system each time."""


class Repetition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.coherence` when the answer loops: the share of its runs of eight words that stood in it
    before (`score`) reaches `most_repeated`, or one run of up to sixteen characters fills its end.

    Answers below `least_chars` are not judged. Most answers cost a look whether any of a few passages stood
    before in what is read; where one did, an answer that does not compress well cannot loop.

    Blind spots: loops that vary their words; loops shorter than `least_chars`; tables and code with equal
    lines may be flagged when nearly all of their lines are equal.

    Linear: 0.01 ms for 2 KB, 0.04 where a passage comes again. Text beyond `cap_chars` is not read, but for
    the end of the answer.

    Attributes:
        most_repeated: share of repeated runs from which an answer loops.
        least_chars: shorter answers are not judged.
        most_packed: compressed size / size below which the runs are counted.
        cap_chars: how much of the answer is read, half from its beginning and half from its end.
    """

    most_repeated: Share = 0.5
    least_chars: AtLeastZero = 240
    most_packed: Share = 0.25
    cap_chars: AtLeastOne = 8192

    def inspect(self, exam: Examination) -> Signal:
        text = exam.answer.text
        if not text or len(text) < self.least_chars:
            return _NOT_APPLICABLE
        if len(text) > self.cap_chars:
            half = self.cap_chars // 2
            text = f"{text[:half]} {text[-half:]}"
        loops = _comes_again(text) and _packed(text) < self.most_packed
        share = max(_repeated(text) if loops else 0.0, self._stuck(text))
        if share < self.most_repeated:
            return _PASSED if share == 0.0 else Signal(check=_CHECK, verdict=Verdict.PASS, score=share)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_COHERENCE,
            score=share,
            evidence=f"{share:.0%} of what it says stood in the same answer before",
        )

    def _stuck(self, text: str) -> float:
        """1 when the last `least_chars` characters are one short run again and again."""
        end = text[-self.least_chars :]
        place = end.find(end[:16], 1)
        return 1.0 if 0 < place <= 16 and end[place:] == end[:-place] and end.strip() else 0.0


def _comes_again(text: str) -> bool:
    """Whether one of a few passages stood in the text before: where half of it did, most of them have."""
    for share in _PLACES:
        place = int(share * len(text))
        end = place + _PROBED_CHARS
        if text.find(text[place:end], 0, end - 1) >= 0:
            return True
    return False


def _packed(text: str) -> float:
    raw = text.encode("utf-8", "replace")
    packer = zlib.compressobj(_FASTEST, wbits=_WINDOW_BITS, memLevel=_MEMORY)
    return (len(packer.compress(raw)) + len(packer.flush())) / len(raw)


def _repeated(text: str) -> float:
    words = text.casefold().split()
    runs = list(zip(*[words[at:] for at in range(_SPAN)], strict=False))
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


PLUG: type[InlineCheck] = Repetition
