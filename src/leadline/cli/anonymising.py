"""`leadline anonymise`: rows in, rows without personal data and credentials out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from leadline.cli.options import BAD_CONFIGURATION, WRONG, AsJson, fail

if TYPE_CHECKING:
    from leadline.evals.anonymising import Report

LIMITS = "Names, postal addresses and dates of birth are not looked for: have somebody read the rows."


def anonymise(
    rows: Annotated[Path, typer.Argument(help="Rows, .jsonl or .jsonl.gz.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="A new file, .jsonl.")],
    drop: Annotated[list[str] | None, typer.Option(help="A column to leave out, such as user.")] = None,
    *,
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
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file, counted_rows(rows) as read:
            report = write_anonymised(read, file.write, drop or ())
        part.rename(out)
    except (BadRow, OSError, EOFError, UnicodeDecodeError) as error:
        part.unlink(missing_ok=True)
        fail(f"Cannot anonymise {rows}: {error}", BAD_CONFIGURATION)
    _tell(report, out, as_json=as_json)
    if report.left_out:
        raise typer.Exit(WRONG)


def _tell(report: "Report", out: Path, *, as_json: bool) -> None:
    if as_json:
        from leadline.cli.showing import write_json  # noqa: PLC0415

        write_json(msgspec.to_builtins(report))
        return
    typer.echo(f"{report.written} rows written to {out}.")
    for sort, times in sorted(report.replaced.items()):
        typer.echo(f"  {times} x {sort}")
    for one in report.left_out:
        typer.echo(f"Row {one.number} is left out: {one.why}.")
    typer.echo(LIMITS)
