"""Rows of a `.jsonl` or `.jsonl.gz` file, one JSON object a line."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import msgspec

Row = dict[str, object]


class BadRow(ValueError):
    """A line is no JSON object; the sentence says which."""


def read_rows(path: Path) -> Iterator[Row]:
    """In order; empty lines are left out. Raises BadRow, OSError, EOFError or UnicodeDecodeError."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for number, line in enumerate(lines, start=1):
            if line.isspace():
                continue
            try:
                row = msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                raise BadRow(f"line {number} is no JSON ({error}).") from error
            if not isinstance(row, dict):
                raise BadRow(f"line {number} is no JSON object.")
            yield row
