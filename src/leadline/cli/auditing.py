"""`leadline audit`: who did what to this Leadline, and whether the record of it is whole."""

import time
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.options import WRONG, AsJson, ConfigFile, DataDir, fail, layout_of
from leadline.vocabulary import DataLayout, Query


def audit(
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many rows at most.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Orders and changes by people, newest first. Exit status 1 when the chain was tampered with."""
    from leadline.cli.showing import write_json  # noqa: PLC0415 - slow to load

    rows = _rows(layout_of(config, data_dir), limit)
    if as_json:
        write_json(rows)
    else:
        _print(rows)
    broken = [f"{row['chain']} {row['number']}" for row in rows if not row["sound"]]
    if broken:
        where = ", ".join(broken)
        fail(f"The record was altered at {where}: compare these rows with a backup.", WRONG)


def _rows(layout: DataLayout, limit: int) -> list[dict[str, object]]:
    from leadline.cli.telling import tell  # noqa: PLC0415
    from leadline.storage.audit_book import CONTROL, WATCH, merged, read_book  # noqa: PLC0415

    told = tell(layout, Query.AUDIT, {}, limit).told
    if told.error:
        fail(told.error, WRONG)
    return merged({WATCH: told.rows, CONTROL: read_book(Path(layout.control), limit)}, limit)


def _print(rows: list[dict[str, object]]) -> None:
    from leadline.cli.tables import plain  # noqa: PLC0415

    for row in rows:
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(float(str(row["at"]))))
        who = f"{row['by']}" + (f" ({row['account']})" if row["account"] not in ("", row["by"]) else "")
        said = [str(row[name]) for name in ("details", "note") if row[name]]
        outcome = "" if row["outcome"] == "done" else f"  [{row['outcome']}]"
        line = f"{at}  {who} by {row['via'] or '?'}  {row['action']} {row['subject']}{outcome}"
        typer.echo(plain("  ".join([line, *said])))
    if not rows:
        typer.echo("Nobody has decided anything yet.")
