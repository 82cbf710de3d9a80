"""`leadline anonymise`: rows in, rows without personal data and credentials out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from leadline.cli.options import BAD_CONFIGURATION, WRONG, AsJson, fail

if TYPE_CHECKING:
    from leadline.checks.guards import Guard
    from leadline.evals.anonymising import Report

LIMITS = (
    "Names, postal addresses and dates of birth were not looked for (--names does): "
    "have somebody read the rows."
)
NAMES_LIMITS = (
    "About one name in ten is not recognised, and single words in small letters are left as they are: "
    "have somebody read the rows."
)


def anonymise(
    rows: Annotated[Path, typer.Argument(help="Rows, .jsonl or .jsonl.gz.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new file, .jsonl.")],
    drop: Annotated[list[str] | None, typer.Option(help="A column to leave out, such as user.")] = None,
    *,
    names: Annotated[
        bool,
        typer.Option("--names", help="Names, addresses and dates of birth too: extra `leadline[names]`."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Replace personal data and credentials in rows, before they become test cases.

    The same value gets the same placeholder within a row, such as [EMAIL_1]. A row that still shows
    something, or has a column of places in a text, is left out and named; the exit status is then 1.
    """
    from leadline.cli.rows_shown import counted_rows  # noqa: PLC0415 - rich
    from leadline.evals.anonymising import write_anonymised  # noqa: PLC0415 - loads every guard
    from leadline.evals.rows import BadRow  # noqa: PLC0415

    if out.exists():
        fail(f"{out} is there already; name a new file with --out.", WRONG)
    guards = _names_guard() if names else ()
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file, counted_rows(rows) as read:
            report = write_anonymised(read, file.write, drop or (), guards)
        part.rename(out)
    except (BadRow, OSError, EOFError, UnicodeDecodeError) as error:
        part.unlink(missing_ok=True)
        fail(f"Cannot anonymise {rows}: {error}", BAD_CONFIGURATION)
    _tell(report, out, NAMES_LIMITS if names else LIMITS, as_json=as_json)
    if report.left_out:
        raise typer.Exit(WRONG)


def _names_guard() -> "tuple[Guard, ...]":
    """Ends the command with a sentence where its model is not there."""
    from leadline.checks.guards.names import Names  # noqa: PLC0415 - numpy, and a model

    guard = Names()
    try:
        guard.load()
    except ValueError as error:
        fail(f"Names cannot be looked for: {error}", WRONG)
    return (guard,)


def _tell(report: "Report", out: Path, limits: str, *, as_json: bool) -> None:
    if as_json:
        from leadline.cli.showing import write_json  # noqa: PLC0415

        write_json(msgspec.to_builtins(report))
        return
    typer.echo(f"{report.written} rows written to {out}.")
    for sort, times in sorted(report.replaced.items()):
        typer.echo(f"  {times} x {sort}")
    for one in report.left_out:
        typer.echo(f"Row {one.number} is left out: {one.why}.")
    typer.echo(limits)
