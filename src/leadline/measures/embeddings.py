"""Sentence embeddings without a network: wordllama's static vectors, which ship with its package."""

import importlib
import importlib.util
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise
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
_SPACE = "\u2581"
"""How the tokenizer writes a space; every word's first token begins with it."""
_SPECIAL = frozenset(f"<{_SPACE}")
_MOST_WORDS, _LONGEST_WORD = 16_384, 64
_SIGN_AND_VALUE = np.int32(-(1 << 31) | ((1 << 28) - 1))
_BIAS = np.float32(2.0**112)

Embed = Callable[[Sequence[str]], Vectors]
"""Texts -> one row of `DIMENSIONS` each, of length 1; a text without a known word is all zeros."""

_loading = threading.Lock()
_loaded: dict[str, "_Model"] = {}


def embed(texts: Sequence[str]) -> Vectors:
    """Loads 44 MB at its first use, 22 of them shared. Raises ImportError without wordllama, and
    with one that is damaged.
    """
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
        self._rows = _mapped(folder / _WEIGHTS).view(np.int16)
        self._words: dict[str, Sequence[int]] = {}

    def embed(self, text: str, into: NDArray[np.float32]) -> None:
        plain = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
        tokens = self.tokens(plain)
        if tokens:
            np.divide(_sum(self._rows.take(tokens, axis=0)), len(tokens), out=into)

    def tokens(self, text: str) -> Sequence[int]:
        """No token reaches over a space, so words are remembered: a text has mostly known ones."""
        words = text.split(" ")
        if "" in words or not _SPECIAL.isdisjoint(text):  # runs of spaces are tokens of their own
            return self._encoded(text)
        known = self._words
        new = list(dict.fromkeys([word for word in words if word not in known]))
        if new:
            if max(map(len, new)) > _LONGEST_WORD:
                return self._encoded(text)
            if len(known) > _MOST_WORDS:
                known = self._words = {}
                new = list(dict.fromkeys(words))
            known.update(zip(new, self._of_each(new), strict=True))
        return list(chain.from_iterable([known[word] for word in words]))

    def _of_each(self, words: Sequence[str]) -> Iterator[Sequence[int]]:
        found = self._tokenizer.encode(" ".join(words), add_special_tokens=False)
        starts = [place for place, token in enumerate(found.tokens) if token.startswith(_SPACE)]
        ids = found.ids
        return (ids[start:end] for start, end in pairwise([*starts, len(ids)]))

    def _encoded(self, text: str) -> Sequence[int]:
        ids: Sequence[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def _sum(halves: NDArray[np.int16]) -> Vectors:
    """Of rows of float16. numpy converts those one by one; to move their bits to where float32 has them, and
    the exponent's bias with a factor, takes a quarter of the time.
    """
    wide = halves.astype(np.int32)
    wide <<= 13
    wide &= _SIGN_AND_VALUE
    total: Vectors = wide.view(np.float32).sum(axis=0) * _BIAS
    return total


def _model() -> _Model:
    with _loading:
        if "model" not in _loaded:
            found = importlib.util.find_spec("wordllama")
            if found is None or found.origin is None:
                raise ModuleNotFoundError("No module named 'wordllama'", name="wordllama")
            try:
                _loaded["model"] = _Model(Path(found.origin).parent)
            except ImportError:
                raise
            except Exception as error:  # `tokenizers` raises nothing narrower
                raise ImportError(f"wordllama's files cannot be read ({error})") from error
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
