"""`leadline wire`: do we read what providers send as it was meant?"""

from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.options import AsJson

wire = typer.Typer(no_args_is_help=True, help="Check how provider traffic is read.")


@wire.callback()
def group() -> None:
    """So that `verify` stays a word of its own, beside those to come."""


@wire.command("verify")
def verify(
    files: Annotated[list[Path], typer.Argument(help="Recorded exchanges, .jsonl or .jsonl.gz.")],
    *,
    at_least: Annotated[
        float, typer.Option(min=0, max=100, help="Agreement in percent below which the exit status is 1.")
    ] = 99.5,
    as_json: AsJson = False,
) -> None:
    """Read recorded exchanges and compare each fact with what an independent parser read."""
    from leadline.cli.wire_verifying import verify_files  # noqa: PLC0415 - of no use to the others

    raise typer.Exit(verify_files(files, at_least, as_json=as_json))
