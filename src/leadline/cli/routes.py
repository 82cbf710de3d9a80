"""`leadline route show|set|reset`: which targets answer for an alias, changed at run time."""

import getpass
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
import typer

from leadline.cli.new_targets import Said, wanted
from leadline.cli.options import WRONG, AsJson, ConfigFile, DataDir, fail
from leadline.cli.publishing import ask_control, tell_published
from leadline.cli.target_words import in_words, whose
from leadline.vocabulary import TargetChoice

route = typer.Typer(no_args_is_help=True, help="Which targets answer for an alias; swapped at run time.")
Alias = Annotated[str, typer.Argument(help="A name under `models:`.")]
PLACE = "PROVIDER/MODEL"
Reason = Annotated[str, typer.Option(help="Why, for whoever asks later.")]


@route.command()
def show(
    alias: Annotated[str, typer.Argument(help="Only this one.")] = "",
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """The targets of each alias, and who changed them."""
    rows = ask_control(("GET", "/api/routes"), (config, data_dir))["routes"]
    shown = [row for row in rows if alias in ("", row["alias"])]
    if alias and not shown:
        fail(f"There is no alias {alias!r}; there is {', '.join(row['alias'] for row in rows)}.", WRONG)
    if as_json:
        from leadline.cli.showing import write_json  # noqa: PLC0415

        write_json(shown)
        return
    for row in shown:
        typer.echo(f"{row['alias']}  {in_words(choices(row['targets']))}")
        if row["override"]:
            typer.echo(f"    {whose(row['override'])}; the file says {in_words(choices(row['configured']))}")


@route.command(name="set")
def set_route(
    alias: Alias,
    to: Annotated[
        list[str] | None, typer.Option(metavar=PLACE, help="The primary; several share the load.")
    ] = None,
    fallback: Annotated[
        list[str] | None,
        typer.Option(metavar=PLACE, help="The next to ask, in order, and no others."),
    ] = None,
    weight: Annotated[
        list[str] | None, typer.Option(metavar="PROVIDER/MODEL=N", help="Its part of the shared load.")
    ] = None,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    reason: Reason = "",
) -> None:
    """Swap the targets of an alias at once. Those that are not named stay behind it as fallbacks."""
    where = (config, data_dir)
    if not (to or fallback or weight):
        fail("Say what changes: --to, --fallback or --weight.", WRONG)
    rows = {row["alias"]: row for row in ask_control(("GET", "/api/routes"), where)["routes"]}
    if alias not in rows:
        fail(f"There is no alias {alias!r}; there is {', '.join(rows)}.", WRONG)
    try:
        targets = wanted(choices(rows[alias]["targets"]), alias, Said(to or [], fallback or [], weight or []))
    except ValueError as error:
        fail(str(error), WRONG)
    body = {"targets": msgspec.to_builtins(targets), "by": getpass.getuser(), "reason": reason}
    _tell(ask_control(("PUT", _path(alias)), where, body))


@route.command()
def reset(
    alias: Alias,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    reason: Reason = "",
) -> None:
    """Back to what the file says."""
    asked = f"?by={quote(getpass.getuser())}&reason={quote(reason)}"
    _tell(ask_control(("DELETE", f"{_path(alias)}{asked}"), (config, data_dir)))


def _path(alias: str) -> str:
    return f"/api/routes/{quote(alias, safe='')}"


def choices(rows: object) -> list[TargetChoice]:
    return msgspec.convert(rows, list[TargetChoice])


def _tell(done: Mapping[str, Any]) -> None:
    typer.echo(f"{done['alias']}  {in_words(choices(done['targets']))}")
    tell_published(done)
