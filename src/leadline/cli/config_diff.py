"""`leadline config diff`: what people changed at run time, against what the file says."""

from pathlib import Path
from typing import Any

import typer

from leadline.cli.options import BAD_CONFIGURATION, WRONG, AsJson, ConfigFile, DataDir, fail
from leadline.cli.target_words import in_words, whose
from leadline.vocabulary import DataLayout

config_commands = typer.Typer(no_args_is_help=True, help="The configuration and what holds against it.")


@config_commands.callback()
def root() -> None:
    """Keeps `diff` a command of its own, so that others can stand beside it."""


@config_commands.command()
def diff(config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Run-time overrides, which survive a reload. Reads the files alone, so nothing need run."""
    from leadline.configuration.loading import BadConfiguration, load  # noqa: PLC0415 - slow to load

    try:
        said = load(config)
    except BadConfiguration as error:
        fail(str(error), BAD_CONFIGURATION)
    from leadline.cli.showing import write_json  # noqa: PLC0415
    from leadline.configuration.decisions import DecisionsDamaged, read_overrides  # noqa: PLC0415
    from leadline.wiring.route_overrides import configured_targets  # noqa: PLC0415

    layout = DataLayout(str(Path(data_dir or said.data_dir).resolve()))
    try:
        overrides = read_overrides(Path(layout.route_overrides))
    except (DecisionsDamaged, OSError) as error:
        fail(str(error), WRONG)
    configured = configured_targets(said)
    rows = [
        {"setting": f"models.{alias}.targets", "file": configured.get(alias, ()), "in_force": changed.targets}
        | {"by": changed.by, "at": changed.at, "reason": changed.reason}
        for alias, changed in overrides.items()
    ]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        _tell(row)
    if not rows:
        typer.echo("Nothing was changed at run time; the file holds.")


def _tell(row: dict[str, Any]) -> None:
    typer.echo(row["setting"])
    typer.echo(f"  - {in_words(row['file'])}")
    typer.echo(f"  + {in_words(row['in_force'])}")
    typer.echo(f"    {whose(row)}")
