"""The deep check `drift` before the answers of a file: windows of them, and of what they may turn into."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import cast

import msgspec
import numpy as np

from leadline.checks.deep._form import with_form
from leadline.checks.deep._window import Window
from leadline.checks.deep.drift import Drift
from leadline.evals.measuring import Judged, SpanTally
from leadline.evals.subjects import Row, Unmeasurable, wanted
from leadline.measures.embeddings import Vectors, embed

_SEED = 7
_ROUNDS, _WINDOWS = 10, 6
_MOST_ANSWERS = 600
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789#%"
_REFUSALS = (
    "I'm sorry, but I can't help with that request.",
    "I cannot assist with that.",
    "As a language model, I am unable to provide this information.",
    "I apologize, but I am not able to answer this question.",
    "That is not something I can discuss here. Please contact a professional.",
)
_IN_CHINESE = (
    "会议改到星期四上午十点举行。",
    "这份报告总结了第三季度的收入和成本。",
    "请在出发前检查您的护照和机票。",
)
_OTHER_TASK = (
    "SELECT name, total FROM orders WHERE total > 100 ORDER BY total DESC LIMIT 10;",
    "Dear Mr Keller, thank you for your order. Your parcel leaves our house on Tuesday.",
    "Whisk two eggs with sugar, fold in the flour, and bake for forty minutes at 180 degrees.",
    "Roses lean over the gate, / and evening is late, / the river keeps the light of day.",
)
Turn = Callable[[str, Random], str]
DRIFTS: Mapping[str, Turn] = {
    "refusal": lambda _, chance: chance.choice(_REFUSALS),
    "language": lambda _, chance: " ".join(chance.sample(_IN_CHINESE, 2)),
    "gibberish": lambda _, chance: " ".join(
        "".join(chance.choices(_LETTERS, k=chance.randint(2, 12))) for _ in range(40)
    ),
    "json": lambda text, _: json.dumps({"answer": text[:200], "confidence": 0.9}),
    "loop": lambda text, _: " ".join(text.split()[:8] * 25),
    "other task": lambda _, chance: " ".join(chance.sample(_OTHER_TASK, 2)),
}
"""What an answer turns into, by the name of the drift."""


class DriftSubject:
    """A window is a row: a usual one is a negative, one of turned answers a positive, sorted by its drift."""

    kind = "deep"

    def __init__(self, name: str, plug: object) -> None:
        self.name = name
        self._settings = cast("Drift", plug)
        self._answers: list[str] = []

    @property
    def spans(self) -> dict[str, SpanTally]:
        return {}

    @property
    def any_sort(self) -> SpanTally:
        return SpanTally()

    @property
    def unsought(self) -> tuple[str, ...]:
        return ()

    def judge(self, row: Row) -> Judged:
        raise Unmeasurable(f"{self.name} judges windows, not row {row.get('id', '?')} alone.")

    def gather(self, row: Row) -> None:
        self._answers.append(wanted(row, "answer"))

    def gathered(self) -> Sequence[Judged]:
        """Raises Unmeasurable for too few answers, and where the embeddings are not installed."""
        settings, chance = self._settings, Random(_SEED)  # noqa: S311 - the same windows in each run
        texts = chance.sample(self._answers, min(_MOST_ANSWERS, len(self._answers)))
        needed = settings.reference + 2 * settings.window
        if len(texts) < needed:
            raise Unmeasurable(f"it needs {needed} answers to draw windows from, and there are {len(texts)}.")
        usual = _vectors(texts)
        turned = {
            name: _vectors([turn(text, chance) for text in texts[:needed]]) for name, turn in DRIFTS.items()
        }
        return list(self._windows(usual, turned, chance))

    def _windows(self, usual: Vectors, turned: Mapping[str, Vectors], chance: Random) -> Iterator[Judged]:
        settings = self._settings
        for _ in range(_ROUNDS):
            order = chance.sample(range(len(usual)), len(usual))
            learnt, rest = order[: settings.reference], order[settings.reference :]
            window = Window()
            for at in learnt:
                window.add(usual[at], settings.window, settings.reference, bad=False)
            for _ in range(_WINDOWS):
                yield self._judged(window, usual[chance.sample(rest, settings.window)], "")
                for name, vectors in turned.items():
                    drawn = chance.sample(range(len(vectors)), settings.window)
                    yield self._judged(window, vectors[drawn], name)

    def _judged(self, window: Window, vectors: Vectors, sort: str) -> Judged:
        seen = msgspec.structs.replace(window)
        for vector in vectors:
            seen.add(vector, self._settings.window, self._settings.reference, bad=True)
        away = seen.away(self._settings.window) or 0.0
        return Judged(
            positive=bool(sort),
            flagged=away >= self._settings.sigmas,
            score=away,
            bytes_read=0,
            seconds=0.0,
            sort=sort,
        )


def _vectors(texts: Sequence[str]) -> Vectors:
    try:
        vectors = embed(texts)
    except ImportError as error:
        raise Unmeasurable("drift is not available: wordllama is not installed.") from error
    return np.stack([with_form(vector, text) for vector, text in zip(vectors, texts, strict=True)])
