"""Trains across folds, chooses the threshold, and writes arrays with their record."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadline.checks.guards._linear import Record
from training.logistic import Fitted, Floats, Row, fit, stacked
from training.texts import FOLDS, Text, fold_of

Inputs = Callable[[str], Row]


class Plan(msgspec.Struct, frozen=True):
    """`share` of the harmless rows may lie above the threshold."""

    name: str
    width: int
    extra: tuple[str, ...]
    strength: float
    share: float
    seed: int = 7


class HeldOut(msgspec.Struct, frozen=True):
    """The margin of each text by the fold that did not see its family."""

    margins: Floats
    positive: NDArray[np.bool_]
    sources: tuple[str, ...]

    def caught(self, threshold: float) -> float:
        return float(np.mean(self.margins[self.positive] > threshold))

    def false_alarms(self, threshold: float, sources: Sequence[str] = ()) -> float:
        asked = [not sources or source.startswith(tuple(sources)) for source in self.sources]
        return float(np.mean(self.margins[~self.positive & np.array(asked)] > threshold))


def across_folds(
    plan: Plan, inputs: Inputs, training: Sequence[Text], measuring: Sequence[Text] = ()
) -> HeldOut:
    """`measuring` are rows that may not be trained on: each fold judges them, and the mean counts."""
    rows, others = [inputs(one.text) for one in training], [inputs(one.text) for one in measuring]
    folds = np.array([fold_of(one.family, plan.seed) for one in training])
    margins, apart = np.zeros(len(rows)), np.zeros(len(others))
    for fold in range(FOLDS):
        seen, held = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        fitted = trained(plan, [rows[at] for at in seen], [training[at] for at in seen])
        margins[held] = _margins(plan, fitted, [rows[at] for at in held])
        if others:
            apart += _margins(plan, fitted, others) / FOLDS
    every = [*training, *measuring]
    return HeldOut(
        np.concatenate([margins, apart]),
        np.array([one.positive for one in every]),
        tuple(one.source for one in every),
    )


def trained(plan: Plan, rows: Sequence[Row], texts: Sequence[Text]) -> Fitted:
    labels = np.array([float(one.positive) for one in texts])
    weights = np.array([one.weight for one in texts])
    return fit(stacked(rows, plan.width), labels, plan.strength, weights)


def ship(folder: Path, plan: Plan, fitted: Fitted, record: Record) -> None:
    """`NAME.npy` holds half floats, `NAME.json` everything else."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{plan.name}.npy", fitted.weights.astype(np.float16))
    encoded = msgspec.json.format(msgspec.json.encode(record), indent=2)
    (folder / f"{plan.name}.json").write_bytes(encoded + b"\n")


def _margins(plan: Plan, fitted: Fitted, rows: Sequence[Row]) -> Floats:
    return stacked(rows, plan.width).margins(fitted.weights) + fitted.bias
