"""Reads labelled rows, and long harmless documents of whatever folder holds some."""

import ast
import gzip
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

NOT_TO_TRAIN_ON = frozenset({"HaluEval-user-query"})
"""Sources whose licence does not allow it; their rows only measure."""
FOLDS = 5
_LEAST, _MOST = 1_500, 12_000


class Text(msgspec.Struct, frozen=True):
    """`family`: rows of one family stand on the same side of a split. `weight` multiplies its loss."""

    text: str
    positive: bool
    source: str
    family: str
    weight: float = 1.0


def labelled(file: Path) -> list[dict[str, object]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [msgspec.json.decode(line) for line in lines]


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def fold_of(family: str, seed: int) -> int:
    """0..FOLDS-1, the same on every machine."""
    return hashlib.sha256(f"{seed}:{family}".encode()).digest()[0] % FOLDS


def harmless(folder: Path, at_most: int) -> Iterator[Text]:
    """Documents of the folder, at most `at_most`, evenly chosen; Python sources give their docstrings too."""
    wanted, left_out = {".py", ".md", ".txt", ".rst"}, {"test", "tests", "site-packages"}
    files = sorted(
        file for file in folder.rglob("*") if file.suffix in wanted and not left_out.intersection(file.parts)
    )
    texts = [text for file in files for text in _documents(file)]
    step = max(1, len(texts) // at_most)
    yield from texts[::step][:at_most]


def _documents(file: Path) -> Iterator[Text]:
    try:
        whole = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    parts: Sequence[str] = (whole, _docstrings(whole)) if file.suffix == ".py" else (whole,)
    for text in parts:
        if len(text) >= _LEAST:
            yield Text(text[:_MOST], positive=False, source="harmless", family=file.stem)


def _docstrings(source: str) -> str:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return "\n\n".join(
        filter(None, (ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, kinds)))
    )
