"""Tells whether a text that somebody hands in as their own is one that a model wrote here before."""

import hashlib
import re
from collections import OrderedDict

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

    def served(self, answer: str) -> None:
        for run in self._chosen(answer):
            self._kept[run] = None
            self._kept.move_to_end(run)
        while len(self._kept) > self._most_runs:
            self._kept.popitem(last=False)

    def share(self, text: str) -> float | None:
        """Share of the text's chosen runs that answers held, 0..1: near 1 for a copy, also for one that was
        edited here and there. None = too short to tell.
        """
        chosen = self._chosen(text)
        return sum(run in self._kept for run in chosen) / len(chosen) if chosen else None

    def _chosen(self, text: str) -> set[bytes]:
        words = _WORD.findall(text.casefold())
        starts = range(len(words) - self._run_words + 1)
        runs = {_hashed(" ".join(words[at : at + self._run_words])) for at in starts}
        return {run for run in runs if int.from_bytes(run) % self._keep_one_in == 0}


def _hashed(run: str) -> bytes:
    return hashlib.blake2b(run.encode("utf-8", "replace"), digest_size=_BYTES).digest()
