"""`leadline breaker hold|release|holds`: leave a target alone, or ask it, whatever its breaker thinks."""

import getpass
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from leadline.cli.options import AsJson, ConfigFile, DataDir
from leadline.cli.publishing import ask_control, tell_published
from leadline.cli.target_words import whose

breaker = typer.Typer(no_args_is_help=True, help="Hold a breaker open or closed, and release it.")
Target = Annotated[
    str, typer.Argument(metavar="PROVIDER[/MODEL[/REGION/KEY]]", help="As `leadline breakers` names it.")
]
Reason = Annotated[str, typer.Option(help="Why, for whoever asks later.")]


@breaker.command()
def hold(
    target: Target,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    *,
    closed: Annotated[bool, typer.Option("--closed", help="Ask it, whatever its breaker thinks.")] = False,
    reason: Reason = "",
) -> None:
    """Leave the target alone until it is released; it is asked only where nothing else is left."""
    body = {"open": not closed, "by": getpass.getuser(), "reason": reason}
    _tell(ask_control(("PUT", _path(target)), (config, data_dir), body))


@breaker.command()
def release(
    target: Target, config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, reason: Reason = ""
) -> None:
    """Leave it to the breaker again."""
    asked = f"?by={quote(getpass.getuser())}&reason={quote(reason)}"
    _tell(ask_control(("DELETE", f"{_path(target)}{asked}"), (config, data_dir)))


@breaker.command()
def holds(config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """The breakers that people hold, since when and why."""
    rows = ask_control(("GET", "/api/breakers/holds"), (config, data_dir))["holds"]
    if as_json:
        from leadline.cli.showing import write_json  # noqa: PLC0415

        write_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['target']}  held {'open' if row['open'] else 'closed'}  {whose(row)}")
    if not rows:
        typer.echo("Nobody holds a breaker.")


def _path(target: str) -> str:
    return f"/api/breakers/holds/{quote(target)}"


def _tell(done: Mapping[str, Any]) -> None:
    typer.echo(f"{done['state']}: {', '.join(done['targets'])}")
    tell_published(done)
