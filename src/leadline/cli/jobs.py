"""`leadline jobs`: what findings ask for, such as the golden set to be run again."""

import time

import typer
from rich.console import Console

from leadline.cli.listing import Column, Listing
from leadline.cli.options import WRONG, AsJson, ConfigFile, DataDir, fail, layout_of
from leadline.cli.tables import plain, span
from leadline.vocabulary import Query

_COLUMNS = (
    Column("job", 0, figure=True),
    Column("kind", 1),
    Column("of", 2, 12),
    Column("state", 3),
    Column("since", 4, figure=True),
    Column("because", 5, 20),
)


def jobs(config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """Show the work that findings ask for, and what became of it."""
    from leadline.cli.showing import write_json  # noqa: PLC0415 - the stores are slow to load
    from leadline.cli.telling import tell  # noqa: PLC0415

    told = tell(layout_of(config, data_dir), Query.JOBS, {}, 1000).told
    if told.error:
        fail(told.error, WRONG)
    if as_json:
        write_json([dict(row) for row in told.rows])
    elif not told.rows:
        typer.echo("There is no job.")
    else:
        listing, now = Listing(_COLUMNS), time.time()
        for row in told.rows:
            at = row["at"]
            since = span(max(0.0, now - at)) if isinstance(at, int | float) else ""
            words = [plain(row[name]) for name in ("number", "kind", "subject", "state")]
            listing.add(*words, since, plain(row["reason"]))
        Console().print(listing)
