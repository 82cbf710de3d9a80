"""`leadline check`: all that is wrong with a configuration, and what is not there yet on this machine."""

import os

from rich.console import Console

from leadline.cli.showing import write_json
from leadline.configuration.loading import BadConfiguration, read_file
from leadline.configuration.reading import Reading
from leadline.configuration.secrets import Secrets
from leadline.wiring.doubts import doubts
from leadline.wiring.file_soundness import file_mistakes
from leadline.wiring.soundness import mistakes, unset_secrets

WRONG, UNREADABLE = 1, 2


def check_file(path: str, *, as_json: bool) -> int:
    """0 when the file is sound, 1 with mistakes, 2 when it cannot be read."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        reading = read_file(path)
    except BadConfiguration as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        return UNREADABLE
    found = sorted([*mistakes(reading), *file_mistakes(reading, path)])
    absent = unset_secrets(reading.config, Secrets(os.environ)) if reading.config is not None else []
    doubted = doubts(reading)
    if as_json:
        plain = {"mistakes": [_plain(m) for m in found], "warnings": [_plain(m) for m in doubted]}
        write_json({**plain, "absent_secrets": absent})
        return WRONG if found else 0
    for mistake in found:
        console.print(f"{path}, {mistake}", markup=False)
    for doubt in doubted:
        console.print(f"warning: {path}, {doubt}", markup=False)
    for sentence in absent:
        console.print(f"not yet on this machine: {sentence}", markup=False)
    if found:
        console.print(f"{len(found)} {'mistake' if len(found) == 1 else 'mistakes'}.")
        return WRONG
    _succeed(console, path, reading)
    return 0


def _succeed(console: Console, path: str, reading: Reading) -> None:
    config = reading.config
    assert config is not None  # noqa: S101 - a reading without mistakes has one
    counts = f"{len(config.providers)} providers, {len(config.models)} models, {len(config.keys)} keys"
    console.print(f"{path} is sound: {counts}.", markup=False)
    if not config.models:
        console.print("Nothing can be asked of it yet: name what clients may ask for under `models:`.")


def _plain(mistake: object) -> dict[str, object]:
    return {name: getattr(mistake, name) for name in ("line", "path", "message", "hint")}
