"""`leadline config diff`: what people changed at run time, against what the file says."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from leadline.cli.options import BAD_CONFIGURATION, WRONG, AsJson, ConfigFile, DataDir, fail
from leadline.cli.target_words import in_words, whose
from leadline.vocabulary import DataLayout

if TYPE_CHECKING:
    from leadline.configuration.shape import Config  # slow to load

Row = dict[str, Any]
config_commands = typer.Typer(no_args_is_help=True, help="The configuration and what holds against it.")


@config_commands.callback()
def root() -> None:
    """Keeps `diff` a command of its own, so that others can stand beside it."""


@config_commands.command()
def diff(config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Run-time overrides, which survive a reload: routes, held breakers, activated tool policies. Reads the
    files alone, so nothing need run.
    """
    from leadline.configuration.loading import BadConfiguration, load  # noqa: PLC0415 - slow to load

    try:
        said = load(config)
    except BadConfiguration as error:
        fail(str(error), BAD_CONFIGURATION)
    from leadline.cli.showing import write_json  # noqa: PLC0415

    layout = DataLayout(str(Path(data_dir or said.data_dir).resolve()))
    try:
        rows = [*_routes(said, layout), *_holds(layout), *_tool_rules(said, Path(config).parent, layout)]
    except (ValueError, OSError) as error:
        fail(str(error), WRONG)
    if as_json:
        write_json(rows)
        return
    for row in rows:
        _tell(row)
    if not rows:
        typer.echo("Nothing was changed at run time; the file holds.")


def _routes(said: "Config", layout: DataLayout) -> list[Row]:
    """Raises ValueError, OSError, as do the others."""
    from leadline.configuration.decisions import read_overrides  # noqa: PLC0415 - slow to load
    from leadline.wiring.route_overrides import configured_targets  # noqa: PLC0415

    configured = configured_targets(said)
    return [
        {"setting": f"models.{alias}.targets", "file": configured.get(alias, ()), "in_force": changed.targets}
        | {"by": changed.by, "at": changed.at, "reason": changed.reason}
        for alias, changed in read_overrides(Path(layout.route_overrides)).items()
    ]


def _holds(layout: DataLayout) -> list[Row]:
    from leadline.configuration.decisions import read_holds  # noqa: PLC0415

    return [
        {"setting": f"breaker of {name}", "file": "left to itself"}
        | {"in_force": "held open" if held.open else "held closed"}
        | {"by": held.by, "at": held.at, "reason": held.reason}
        for name, held in read_holds(Path(layout.breaker_holds)).items()
    ]


def _tool_rules(said: "Config", folder: Path, layout: DataLayout) -> list[Row]:
    """An activated policy in place of the file of its name, if there is one."""
    from leadline.configuration.decisions import read_rules  # noqa: PLC0415
    from leadline.configuration.policy_shape import ToolPolicySection  # noqa: PLC0415
    from leadline.wiring.tool_policies import read_settings  # noqa: PLC0415

    section = said.tool_policy or ToolPolicySection()
    files = {one.name: one.text for one in read_settings(section, folder).policies}
    return [
        {"setting": f"tool policy {name}", "file": files.get(name), "in_force": rule.text}
        | {"by": rule.by, "at": rule.at, "reason": rule.reason}
        for name, rule in read_rules(Path(layout.tool_rules)).items()
    ]


def _tell(row: Row) -> None:
    typer.echo(row["setting"])
    for mark, lines in (("-", _lines(row["file"])), ("+", _lines(row["in_force"]))):
        for line in lines:
            typer.echo(f"  {mark} {line}")
    typer.echo(f"    {whose(row)}")


def _lines(value: object) -> list[str]:
    """A text as it is, a route's targets in words; nothing = there is none in the file."""
    if value is None:
        return []
    return value.splitlines() if isinstance(value, str) else [in_words(value)]  # type: ignore[arg-type]
