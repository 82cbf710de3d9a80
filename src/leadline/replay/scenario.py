"""Reads a replay file (`leadline-replay-v1`): one line of meta, then rows of telemetry."""

import gzip
import zlib
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from leadline.replay.expectation import checked
from leadline.triage.baseline import Baseline
from leadline.triage.columns import VERDICT
from leadline.vocabulary import TelemetryRow

SCHEMA = "leadline-replay-v1"
MOST_BAD_LINES = 100
_row_decoder = msgspec.json.Decoder(TelemetryRow)
_meta_decoder = msgspec.json.Decoder(dict[str, Any])


class BadLine(msgspec.Struct, frozen=True):
    """A line that could not be read. `number` counts from 1."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason}"


class NotAReplayFile(ValueError):
    """The file has no usable first line; the message says what is wrong with it."""


class Scenario(msgspec.Struct, frozen=True):
    """`rows` are in order of `t`, their `final` set. `bad_lines` were left out; `notes` are sentences about
    words of the first line that nothing here compares.
    """

    name: str
    meta: dict[str, Any]
    rows: tuple[TelemetryRow, ...]
    bad_lines: tuple[BadLine, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def baseline(self) -> Baseline:
        return Baseline.of_meta(self.meta)

    @property
    def expected(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.meta.get("expected") or {}
        return found

    @property
    def ends_at(self) -> float:
        """The last row's time, or the scenario's own end (`duration_s`, a recording's `until`) if later."""
        last = self.rows[-1].t if self.rows else 0.0
        ends = [self.meta.get(name) for name in ("duration_s", "until")]
        return max([last, *(float(end) for end in ends if isinstance(end, int | float))])

    @property
    def judged(self) -> bool:
        """Whether the file says what should come of it."""
        return "expected" in self.meta


def read(path: Path) -> Scenario:
    """Read `.jsonl` or `.jsonl.gz`. Unreadable rows are left out and listed, up to MOST_BAD_LINES.

    Raises NotAReplayFile, or OSError when the file cannot be opened.
    """
    with path.open("rb") as raw, _unpacked(raw, path) as lines:
        meta = _meta(path, lines)
        rows, bad = _sound_rows(lines), list[BadLine]()
    if rows is None:
        rows, bad = _readable_rows(path)
    rows.sort(key=attrgetter("t"))
    name = str(meta.get("scenario") or path.name.split(".", 1)[0])
    return Scenario(name, meta, tuple(with_finals(rows)), tuple(bad), tuple(_notes(path, meta)))


def with_finals(rows: list[TelemetryRow]) -> list[TelemetryRow]:
    """Mark the last attempt of each request as the one that decided it, as live rows have it."""
    last = {row.id: row for row in rows if row.route != VERDICT}
    for row in rows:
        if row.attempt > 1 and row.route != VERDICT:
            last[row.id] = max(last[row.id], row, key=_moment)
    return [
        row if (last.get(row.id) is row) == row.final else msgspec.structs.replace(row, final=not row.final)
        for row in rows
    ]


def _moment(row: TelemetryRow) -> tuple[float, int]:
    return row.t, row.attempt


def _sound_rows(lines: IO[bytes]) -> list[TelemetryRow] | None:
    """All rows at once, or None when something is wrong with any of them."""
    try:
        return _row_decoder.decode_lines(lines.read())
    except (EOFError, OSError, zlib.error, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _readable_rows(path: Path) -> tuple[list[TelemetryRow], list[BadLine]]:
    """Line by line, to keep what is whole and name what is not."""
    rows: list[TelemetryRow] = []
    bad: list[BadLine] = []
    with path.open("rb") as raw, _unpacked(raw, path) as lines:
        lines.readline()
        try:
            for number, line in enumerate(lines, start=2):
                _take(line, number, rows, bad)
        except (EOFError, OSError, zlib.error) as cut:
            bad.append(BadLine(len(rows) + len(bad) + 2, f"the file ends here: {cut}"))
    return rows, bad


def _unpacked(raw: IO[bytes], path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw


def _meta(path: Path, lines: IO[bytes]) -> dict[str, Any]:
    try:
        meta = _meta_decoder.decode(lines.readline())
    except (EOFError, OSError, zlib.error, msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise NotAReplayFile(f"{path}: line 1 must be the meta object of {SCHEMA}: {wrong}") from wrong
    if meta.get("schema") != SCHEMA:
        raise NotAReplayFile(
            f"{path}: line 1 names the schema {meta.get('schema')!r}; this Leadline reads {SCHEMA!r}. "
            "Play a newer file with the Leadline that wrote it."
        )
    return meta


def _notes(path: Path, meta: Mapping[str, Any]) -> list[str]:
    try:
        Baseline.of_meta(meta)
        return checked(meta.get("expected"))
    except msgspec.ValidationError as wrong:
        raise NotAReplayFile(f"{path}: line 1 has a value that cannot be used: {wrong}") from wrong


def _take(line: bytes, number: int, rows: list[TelemetryRow], bad: list[BadLine]) -> None:
    if not line.strip():
        return
    try:
        rows.append(_row(line))
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        if len(bad) < MOST_BAD_LINES:
            bad.append(BadLine(number, str(wrong)))


def _row(line: bytes) -> TelemetryRow:
    """A column that is null says no more than one that is absent. Raises msgspec.MsgspecError."""
    try:
        return _row_decoder.decode(line)
    except msgspec.ValidationError:
        columns = _meta_decoder.decode(line)
        told = {name: value for name, value in columns.items() if value is not None}
        return msgspec.convert(told, TelemetryRow)
