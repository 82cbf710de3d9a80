"""`leadline reviews list|show|release|reject`: texts that policies hold until a person has looked at them."""

import time
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from leadline.cli.listing import Column, Listing
from leadline.cli.options import WRONG, AsJson, ConfigFile, DataDir, fail, layout_of
from leadline.cli.orders import By, Reason, order, say
from leadline.cli.tables import clock_time, plain, span
from leadline.vocabulary import Command, Query, ReviewState

reviews = typer.Typer(
    no_args_is_help=True, help="Texts that policies hold until a person has looked at them."
)
ReviewId = Annotated[
    str, typer.Argument(help="The review or its request, as `leadline reviews list` names it.")
]
Row = Mapping[str, object]
_COLUMNS = (
    Column("held", 0),
    Column("state", 1),
    Column("left", 2, figure=True),
    Column("policy", 3, least=12),
    Column("feature", 6, least=8),
    Column("found", 5, least=16),
    Column("review", 4),
)


@reviews.command(name="list")
def list_reviews(
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many rows at most.")] = 50,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what was decided, or expired.")] = False,
    as_json: AsJson = False,
) -> None:
    """What waits for a person, newest first."""
    from leadline.cli.showing import write_json  # noqa: PLC0415 - the stores are slow to load

    wanted: dict[str, object] = {} if everything else {"state": ReviewState.PENDING.value}
    rows = _asked(Query.REVIEWS, wanted, (config, data_dir), limit)
    if as_json:
        write_json(rows)
        return
    listing, now = Listing(_COLUMNS), time.time()
    for row in rows:
        listing.add(*_cells(row, now))
    if rows:
        Console().print(listing)
    else:
        typer.echo("No review yet." if everything else "Nothing waits for a person.")


@reviews.command()
def show(
    review: ReviewId,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    *,
    as_json: AsJson = False,
) -> None:
    """One review with its texts, as long as they are kept."""
    from leadline.cli.showing import write_json  # noqa: PLC0415

    rows = _asked(Query.REVIEW, {"review_id": review}, (config, data_dir), 1)
    if not rows:
        fail(f"There is no review {review!r}; `leadline reviews list --all` shows them.", WRONG)
    if as_json:
        write_json(rows[0])
        return
    for line in _told(rows[0]):
        Console().print(line, soft_wrap=True)


@reviews.command()
def release(
    review: ReviewId,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Let the client have it: an answer can be fetched, a question asked again. It cannot be taken back."""
    row = order(Command.RELEASE, (config, data_dir), review_id=review, by=by, reason=reason)
    say(review, "released", row)
    if row["changed"]:
        until = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(float(str(row["until"]))))
        typer.echo(f"Its key has it until {until}, at GET /v1/requests/{row['request_id']}/answer.")


@reviews.command()
def reject(
    review: ReviewId,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Never give it; the text is deleted, unless its key keeps texts."""
    row = order(Command.REJECT, (config, data_dir), review_id=review, by=by, reason=reason)
    say(review, "rejected", row)


def _asked(query: Query, wanted: dict[str, object], where: tuple[str, str | None], limit: int) -> list[Row]:
    from leadline.cli.telling import tell  # noqa: PLC0415

    told = tell(layout_of(*where), query, wanted, limit).told
    if told.error:
        fail(told.error, WRONG)
    return [dict(row) for row in told.rows]


def _cells(row: Row, now: float) -> tuple[str | Text, ...]:
    waits = row["state"] == ReviewState.PENDING
    left_s = float(str(row["until"])) - now
    return (
        f"{clock_time(row['at'])} {plain(row['held'])}",
        Text(plain(row["state"]), "bold yellow" if waits else "dim"),
        span(left_s) if waits and left_s > 0 else "",
        plain(row["policy"]),
        plain(row["feature"]),
        "; ".join(_evidence(row)),
        Text(plain(row["review_id"]), "dim"),
    )


def _told(row: Row) -> list[Text]:
    """Facts, then texts. What people and models wrote is shown as text, never as control codes."""
    target = f"{plain(row['provider'])}/{plain(row['model'])}".strip("/")
    said = [
        Text.assemble(
            (plain(row["review_id"]), "bold"), f"  {row['held']} of {target}  ", plain(row["state"])
        ),
        Text(f"held by {plain(row['policy'])} at {clock_time(row['at'])}: {'; '.join(_evidence(row))}"),
        Text(
            f"key {plain(row['key_alias'])}, tenant {plain(row['tenant'])}, feature {plain(row['feature'])}"
        ),
    ]
    if row["decided_by"]:
        note = f": {plain(row['note'])}" if row["note"] else ""
        decided = (
            f"{plain(row['state'])} by {plain(row['decided_by'])} at {clock_time(row['decided_at'])}{note}"
        )
        said.append(Text(decided))
    texts = [(name, plain(row[name])) for name in ("context", "prompt", "answer") if row[name]]
    for name, text in texts:
        said += [Text(f"\n{name}", "bold"), Text(text)]
    return said if texts else [*said, Text("\nIts texts are not kept any more.", "dim")]


def _evidence(row: Row) -> list[str]:
    found = row["evidence"]
    return [plain(one) for one in found] if isinstance(found, list) else []
