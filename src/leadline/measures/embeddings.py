"""Sentence embeddings without a network: wordllama's static vectors, which ship with its package."""

import importlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]

DIMENSIONS = 256
MOST_CHARS = 1024
"""Of a text its beginning is embedded: 0.2 ms for as much."""

Embed = Callable[[Sequence[str]], Vectors]
"""Texts -> one row of `DIMENSIONS` each, of length 1; a text without a known word is all zeros."""

_loading = threading.Lock()
_loaded: dict[str, Any] = {}


def embed(texts: Sequence[str]) -> Vectors:
    """Loads 83 MB at its first use. Raises ImportError where wordllama is not installed."""
    rows = _model().embed([text[:MOST_CHARS] for text in texts], norm=False)
    vectors = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    unit: Vectors = vectors / lengths
    return unit


def _model() -> Any:
    with _loading:
        if "model" not in _loaded:
            package = importlib.import_module("wordllama")
            # without its own folder as the cache, and with downloads allowed, it would ask the network
            folder = Path(str(package.__file__)).parent
            _loaded["model"] = package.WordLlama.load(dim=DIMENSIONS, cache_dir=folder, disable_download=True)
        return _loaded["model"]
