"""`leadline breakers`: which targets are left alone and why, and how long their rate limits last."""

import time
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.text import Text

from leadline.cli.listing import Column, Listing
from leadline.cli.options import WRONG, AsJson, ConfigFile, DataDir, fail, layout_of
from leadline.cli.tables import Row, plain, span
from leadline.vocabulary import Query

_COLUMNS = (
    Column("target", 0, 20),
    Column("breaker", 1),
    Column("for", 2, figure=True),
    Column("because of", 3, 12),
    Column("requests left", 5, figure=True),
    Column("tokens left", 6, figure=True),
    Column("runs out in", 4, figure=True),
)
_STYLES = {"open": "bold red", "half_open": "yellow", "closed": "green"}


def breakers(
    config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, *, as_json: AsJson = False
) -> None:
    """Show which targets are left alone and why, and how long their rate limits last."""
    from leadline.cli.showing import write_json  # noqa: PLC0415 - the stores are slow to load
    from leadline.cli.telling import tell  # noqa: PLC0415

    answered = tell(layout_of(config, data_dir), Query.HEALTH, {}, 1)
    if answered.told.error:
        fail(answered.told.error, WRONG)
    if not answered.by_owner:
        fail("The watch does not run, and only it knows this; start Leadline with `leadline up`.", WRONG)
    [health] = answered.told.rows
    targets = health.get("targets")
    rows: list[Row] = targets if isinstance(targets, list) else []
    if as_json:
        write_json([dict(row) for row in rows])
    elif rows:
        Console().print(breakers_table(rows, time.time()))
    else:
        typer.echo("No target has been called yet.")


def breakers_table(rows: Sequence[Row], now: float) -> Listing:
    listing = Listing(_COLUMNS)
    for row in rows:
        state = plain(row.get("breaker"))
        since = row.get("since")
        listing.add(
            "/".join(plain(row.get(name)) for name in ("provider", "model", "region", "key_alias")),
            Text(f"{state}, held" if row.get("held") else state, _STYLES.get(state, "")),
            span(max(0.0, now - since)) if isinstance(since, int | float) else "",
            plain(row.get("cause")) if state != "closed" else "",
            _figure(row.get("remaining_requests")),
            _figure(row.get("remaining_tokens")),
            _figure(row.get("exhausted_in_s"), " s"),
        )
    return listing


def _figure(value: object, unit: str = "") -> str:
    return f"{value:,.0f}{unit}" if isinstance(value, int | float) else ""
