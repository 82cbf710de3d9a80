"""How good a score is: area under the curve, and what a threshold catches."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def auroc(scores: Floats, labels: NDArray[np.bool_]) -> float:
    """The chance that a positive scores above a negative, ties counted half (Mann, Whitney 1947)."""
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[group]
    positives = int(labels.sum())
    negatives = len(labels) - positives
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))
