"""`leadline replay --record`: stored telemetry as a file that can be played again and again."""

import time
from collections.abc import Iterator
from pathlib import Path

from pydantic_core import PydanticCustomError
from rich.console import Console

from leadline.cli.options import BAD_CONFIGURATION, WRONG, fail
from leadline.cli.telling import tell
from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.shape import Config
from leadline.configuration.units import seconds
from leadline.replay.recording import CannotRecord, meta_of, recorded_rows, write
from leadline.vocabulary import DataLayout, Query, TelemetryRow, Told
from leadline.wiring.watch import baseline_of


def record(path: Path, since: str, config_path: str, layout: DataLayout) -> int:
    """0, or 1 when nothing could be read or written."""
    config = _config(config_path)
    until = time.time()
    meta = meta_of(_name(path), until, baseline_of(config), config.watch.rules.model_dump())
    try:
        count = write(path, meta, _rows(layout, until - _seconds(since), until))
    except (CannotRecord, OSError) as error:
        fail(str(error), WRONG)
    Console().print(f"{count} rows of the last {since} are in {path}.", markup=False, highlight=False)
    return 0


def _rows(layout: DataLayout, since: float, until: float) -> Iterator[TelemetryRow]:
    def fetch(query: Query, arguments: dict[str, object], limit: int) -> Told:
        return tell(layout, query, arguments, limit).told

    return recorded_rows(fetch, since, until)


def _config(path: str) -> Config:
    try:
        return load(path)
    except BadConfiguration as error:
        fail(
            f"{error}\nWhat is normal and which rules hold stands there, and goes into the file.",
            BAD_CONFIGURATION,
        )


def _seconds(text: str) -> float:
    try:
        return seconds(text)
    except PydanticCustomError as error:
        fail(f"--since {text}: {error.message_template}", BAD_CONFIGURATION)


def _name(path: Path) -> str:
    return path.name.split(".", 1)[0]
