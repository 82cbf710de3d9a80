"""`leadline notify`: talk to the places that hear about incidents."""

from typing import Annotated, cast

import typer

from leadline.cli.options import AsJson, ConfigFile, DataDir, fail, layout_of
from leadline.vocabulary import Query

notify = typer.Typer(no_args_is_help=True, help="Talk to the places that hear about incidents.")


@notify.command("test")
def notify_test(
    name: Annotated[str, typer.Argument(help="The destination, as `destinations:` names it.")],
    config: ConfigFile = "leadline.yaml",
    *,
    resolve: Annotated[bool, typer.Option("--resolve", help="Send the end of the sample instead.")] = False,
) -> None:
    """Send a sample incident to one destination and say what it answered. It counts nowhere."""
    from leadline.cli.notifying import notify_test as run  # noqa: PLC0415 - of no use to the others

    raise typer.Exit(run(config, name, resolve=resolve))


@notify.command("status")
def notify_status(
    config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, *, as_json: AsJson = False
) -> None:
    """What became of all that each destination was to hear; what it does not take, and why."""
    from leadline.cli.showing import write_json  # noqa: PLC0415 - of no use to the others
    from leadline.cli.telling import tell  # noqa: PLC0415

    told = tell(layout_of(config, data_dir), Query.DESTINATIONS, {}, 1000).told
    if told.error:
        fail(told.error, 1)
    if as_json:
        write_json(told.rows)
        return
    for row in told.rows:
        counts = ", ".join(f"{row[state]} {state}" for state in ("delivered", "pending", "failed"))
        typer.echo(f"{row['destination']}: {counts}")
        for one in cast("list[dict[str, object]]", row["untold"]):
            named = f"{one['incident_id']} {one['change']}"
            typer.echo(f"  {one['state']}: {named}, {one['tries']} tries, {one['error'] or 'not tried yet'}")
    if not told.rows:
        typer.echo("Nothing was to be told so far.")
