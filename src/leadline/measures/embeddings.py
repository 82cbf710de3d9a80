"""Sentence embeddings without a network: wordllama's static vectors, which ship with its package."""

import importlib
import importlib.util
import struct
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]

DIMENSIONS = 256
MOST_CHARS = 1024
"""Of a text its beginning is embedded: 0.3 ms for as much."""
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"

Embed = Callable[[Sequence[str]], Vectors]
"""Texts -> one row of `DIMENSIONS` each, of length 1; a text without a known word is all zeros."""

_loading = threading.Lock()
_loaded: dict[str, "_Model"] = {}


def embed(texts: Sequence[str]) -> Vectors:
    """Loads 44 MB at its first use, 22 of them shared. Raises ImportError without wordllama."""
    model = _model()
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for place, text in enumerate(texts):
        model.embed(text[:MOST_CHARS], vectors[place])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    unit: Vectors = vectors / lengths
    return unit


class _Model:
    """The package's files without its own loader, which makes a float32 copy of the weights (98 MB and 0.6 s
    with its imports) and sets up the logging of the whole process.
    """

    def __init__(self, folder: Path) -> None:
        tokenizers = importlib.import_module("tokenizers")
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / _TOKENIZER))
        self._rows = _mapped(folder / _WEIGHTS)

    def embed(self, text: str, into: NDArray[np.float32]) -> None:
        plain = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
        tokens = self._tokenizer.encode(plain, add_special_tokens=False).ids
        if tokens:
            self._rows[tokens].mean(axis=0, dtype=np.float32, out=into)


def _model() -> _Model:
    with _loading:
        if "model" not in _loaded:
            found = importlib.util.find_spec("wordllama")
            if found is None or found.origin is None:
                raise ModuleNotFoundError("No module named 'wordllama'", name="wordllama")
            _loaded["model"] = _Model(Path(found.origin).parent)
        return _loaded["model"]


def _mapped(path: Path) -> NDArray[np.float16]:
    """The float16 table of a safetensors file; as it is mapped, its pages are shared among processes."""
    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = msgspec.json.decode(file.read(size))
    [table] = [entry for name, entry in header.items() if name != "__metadata__"]
    if table["dtype"] != "F16" or table["shape"][1] != DIMENSIONS:
        raise ImportError(f"{path.name} of wordllama does not hold {DIMENSIONS} dimensions of float16")
    begin = 8 + size + table["data_offsets"][0]
    return np.memmap(path, dtype="<f2", mode="r", offset=begin, shape=tuple(table["shape"]))
