"""Linear classifiers over hashed n-grams: plain arrays that the wheel ships, read once."""

import functools
import importlib.resources
import io
import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadline.checks.guards._ngrams import BUCKETS, weighed

_WEIGHTS = "leadline.checks.guards.weights"
_STEEPEST = 60.0


class Record(msgspec.Struct, frozen=True):
    """What stands beside the weights, made by `training/`: how they came about and how good they are.

    `bias` and `threshold` are margins; a margin of `threshold` is a score of one half. `extra` names the
    inputs after the buckets, in order. `standing` are the coefficients of a second step by the names of its
    inputs, with a `bias`: its margin is then the one that counts. `figures` are those on rows held out from
    the training.
    """

    bias: float
    threshold: float
    steepness: float
    extra: tuple[str, ...]
    seed: int
    strength: float
    data: dict[str, str]
    rows: dict[str, int]
    figures: dict[str, float]
    standing: dict[str, float] = {}


class Classifier:
    def __init__(self, weights: NDArray[np.float32], record: Record) -> None:
        self._weights = weights
        self.record = record

    def margin(self, text: str, extra: dict[int, float]) -> float:
        """How far on the positive side; `extra` are the inputs after the buckets, by number."""
        others = sum(value * float(self._weights[BUCKETS + number]) for number, value in extra.items())
        return self.margin_of(*weighed(text)) + others

    def margin_of(self, found: NDArray[np.int64], values: NDArray[np.float32]) -> float:
        """Of inputs by number, with their values."""
        return float(np.dot(self._weights[found], values)) + self.record.bias

    def second(self, rows: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
        """The margins of the second step, one for each row of its inputs."""
        told = self.record.standing
        margins: NDArray[np.float64] = rows @ np.array([told[name] for name in names]) + told["bias"]
        return margins

    def score(self, margin: float) -> float:
        """0..1, one half at the threshold that the training chose."""
        past = self.record.steepness * (margin - self.record.threshold)
        return 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, past))))


def recorded(name: str) -> Record | None:
    """What stands beside the weights of that name; None = it has none."""
    file = importlib.resources.files(_WEIGHTS).joinpath(f"{name}.json")
    return msgspec.json.decode(file.read_bytes(), type=Record) if file.is_file() else None


@functools.cache
def shipped(name: str) -> Classifier:
    """The classifier of that name. Half floats on disk: a fifth of a per mille is enough for a weight."""
    folder = importlib.resources.files(_WEIGHTS)
    record = recorded(name)
    if record is None:
        raise LookupError(f"no weights called {name} are shipped")
    array = np.load(io.BytesIO(folder.joinpath(f"{name}.npy").read_bytes()), allow_pickle=False)
    return Classifier(array.astype(np.float32), record)
