"""`leadline ack`, `resolve`, `silence`, `unsilence`, `silences`: decisions about incidents."""

import getpass
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.options import WRONG, AsJson, ConfigFile, DataDir, fail, layout_of
from leadline.vocabulary import Ask, Command, FailureCategory, Query

IncidentId = Annotated[str, typer.Argument(help="The incident, as `leadline incidents` names it.")]
By = Annotated[str, typer.Option(help="Who decides; by default the user of this machine.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever reads the timeline.")]


def ack(
    incident: IncidentId,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Say that somebody is on it: no more reminders."""
    row = order(Command.ACKNOWLEDGE, (config, data_dir), incident_id=incident, by=by, reason=reason)
    say(incident, "acknowledged", row)


def resolve(
    incident: IncidentId,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    by: By = "",
    reason: Reason = "",
) -> None:
    """Say that it is over; if the failure goes on, it comes back after a while."""
    row = order(Command.RESOLVE, (config, data_dir), incident_id=incident, by=by, reason=reason)
    say(incident, "resolved", row)


def silence(
    what: Annotated[
        str, typer.Argument(help="An incident key, such as PROVIDER:openai, or a category, such as quality.")
    ] = "",
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    feature: Annotated[str, typer.Option(help="Incidents that hit this feature and no other.")] = "",
    lasts: Annotated[str, typer.Option("--for", help="How long, such as 30m or 4h.")] = "1h",
    by: By = "",
    reason: Reason = "",
) -> None:
    """Record what fits, but tell nobody for a while."""
    from leadline.configuration.units import seconds  # noqa: PLC0415 - it brings pydantic along

    try:
        until = time.time() + seconds(lasts)
    except ValueError as error:
        fail(f"--for: {error}", WRONG)
    named = "category" if what in tuple(FailureCategory) else "key"
    fits = {"key": "", "category": "", named: what, "feature": feature}
    row = order(Command.SILENCE, (config, data_dir), **fits, until=until, by=by, reason=reason)
    typer.echo(
        f"{row['silence_id']} holds for {lasts}; end it with `leadline unsilence {row['silence_id']}`."
    )


def unsilence(
    silence_id: Annotated[str, typer.Argument(help="As `leadline silences` names it.")],
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    by: By = "",
) -> None:
    """End a silence now."""
    order(Command.UNSILENCE, (config, data_dir), silence_id=silence_id, by=by)
    typer.echo(f"{silence_id} is over.")


def silences(
    config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, *, as_json: AsJson = False
) -> None:
    """The silences in force."""
    from leadline.cli.showing import write_json  # noqa: PLC0415
    from leadline.cli.telling import tell  # noqa: PLC0415

    told = tell(layout_of(config, data_dir), Query.SILENCES, {}, 1000).told
    if told.error:
        fail(told.error, WRONG)
    now = time.time()
    rows = [row for row in told.rows if float(str(row["until"])) > now]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        fits = " ".join(str(row[name]) for name in ("key", "category", "feature") if row[name])
        left_s = float(str(row["until"])) - now
        typer.echo(
            f"{row['silence_id']}  {fits}  {left_s / 60:.0f} min left, by {row['by']}  {row['reason']}"
        )
    if not rows:
        typer.echo("No silence.")


def say(subject: str, word: str, row: Mapping[str, object]) -> None:
    """That it is so now, or was before."""
    typer.echo(f"{subject} is {word}." if row["changed"] else f"{subject} was {word} already.")


def order(command: Command, where: tuple[str, str | None], **given: object) -> dict[str, object]:
    """What the watch did; a sentence and the end of the program when it did not."""
    from leadline.asking import OwnerUnreachable, ask_blocking  # noqa: PLC0415

    arguments = {**given, "by": given.get("by") or getpass.getuser(), "via": "cli"}
    socket = Path(layout_of(*where).watch_socket)
    try:
        told = ask_blocking(socket, Ask(name=command, arguments=arguments))
    except OwnerUnreachable as error:
        fail(
            f"The watch does not answer ({error}), so nothing has changed; start it with `leadline up`.",
            WRONG,
        )
    if told.error:
        fail(told.error, WRONG)
    return told.rows[0]
