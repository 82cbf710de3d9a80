"""`leadline notify`: talk to the places that hear about incidents."""

from typing import Annotated

import typer

from leadline.cli.options import ConfigFile

notify = typer.Typer(no_args_is_help=True, help="Talk to the places that hear about incidents.")


@notify.callback()
def group() -> None:
    """So that `test` stays a word of its own, beside those to come."""


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
