"""Tells whether a text that somebody hands in as their own is one that a model wrote here before."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Set as AbstractSet

_WORD = re.compile(r"[^\W_]+")
_BYTES = 8


class ServedText:
    """Remembers answers by hashes of their runs of `run_words` words, never by their words, and forgets the
    oldest beyond `most_runs` (some 100 bytes each).

    Every run of a text is looked up and one in `keep_one_in` is kept, chosen by its hash, so that the same
    runs of a copy are chosen again (Manber 1994).
    """

    def __init__(self, *, run_words: int = 8, keep_one_in: int = 4, most_runs: int = 200_000) -> None:
        self._run_words = run_words
        self._keep_one_in = keep_one_in
        self._most_runs = most_runs
        self._kept: OrderedDict[bytes, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def served(self, answer: str, but: AbstractSet[bytes] = frozenset()) -> frozenset[bytes]:
        """Remember its chosen runs other than `but`, and give them."""
        runs = self.runs(answer) - but
        for run in runs:
            self._kept[run] = None
            self._kept.move_to_end(run)
        while len(self._kept) > self._most_runs:
            self._kept.popitem(last=False)
        return runs

    def share(self, text: str, but: AbstractSet[bytes] = frozenset(), *, least: int = 1) -> float | None:
        """Share of the text's chosen runs that answers held, 0..1: near 1 for a copy, also for one that was
        edited here and there. The runs `but` do not count. None = fewer than `least` are left, too short to
        tell.
        """
        chosen = self.runs(text) - but
        return sum(run in self._kept for run in chosen) / len(chosen) if len(chosen) >= least else None

    def runs(self, text: str) -> frozenset[bytes]:
        """Those of the text that are chosen."""
        words = words_of(text)
        starts = range(len(words) - self._run_words + 1)
        runs = {_hashed(" ".join(words[at : at + self._run_words])) for at in starts}
        return frozenset([run for run in runs if int.from_bytes(run) % self._keep_one_in == 0])

    def dumped(self) -> bytes:
        """All that is remembered, the oldest first."""
        return b"".join(self._kept)

    def load(self, dumped: bytes) -> None:
        """In the place of what is remembered. Raises ValueError for what is no such memory."""
        if len(dumped) % _BYTES:
            raise ValueError("these are no runs of words")
        runs = [dumped[at : at + _BYTES] for at in range(0, len(dumped), _BYTES)]
        self._kept = OrderedDict.fromkeys(runs[-self._most_runs :])


def words_of(text: str) -> list[str]:
    """Without case, punctuation and spacing, which a copy need not keep."""
    return _WORD.findall(text.casefold())


def same_words(text: str) -> bytes:
    """A digest that texts of the same words share."""
    return _hashed(" ".join(words_of(text)))


def _hashed(run: str) -> bytes:
    return hashlib.blake2b(run.encode("utf-8", "replace"), digest_size=_BYTES).digest()
