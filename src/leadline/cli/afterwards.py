"""The commands for afterwards: replay what was, triage what is, and write down what it came to."""

from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.options import AsJson, ConfigFile, DataDir, fail, layout_of

Shipped = Annotated[bool, typer.Option("--shipped", help="Also play the scenarios that come with Leadline.")]
RulesOf = Annotated[
    str | None, typer.Option("-c", "--config", help="Play by this file's rules; record from its data.")
]
Record = Annotated[
    Path | None, typer.Option("--record", help="Write stored telemetry to this .jsonl or .jsonl.gz instead.")
]
Compared = Annotated[
    tuple[str, str], typer.Option("--diff", help="Two configurations: what would their rules decide?")
]
DEFAULT_CONFIG = "leadline.yaml"
BAD_USE = 2


def replay(
    files: Annotated[list[Path] | None, typer.Argument(help="Replay files, .jsonl or .jsonl.gz.")] = None,
    *,
    shipped: Shipped = False,
    record: Record = None,
    since: Annotated[str, typer.Option(help="With --record: how far back, like 30m, 2h, 1d.")] = "1h",
    diff: Compared = ("", ""),
    config: RulesOf = None,
    as_json: AsJson = False,
) -> None:
    """Play telemetry through the real triage in virtual time; compare with what each file expects."""
    from leadline.cli import replaying, replaying_records  # noqa: PLC0415 - of no use to the others

    if record is not None:
        layout = layout_of(config or DEFAULT_CONFIG, None)
        raise typer.Exit(replaying_records.record(record, since, config or DEFAULT_CONFIG, layout))
    if not files and not shipped:
        fail("Name a replay file, or play those that come with Leadline: leadline replay --shipped", BAD_USE)
    scenarios = replaying.scenarios(files or [], shipped=shipped)
    if any(diff):
        raise typer.Exit(replaying.compare(scenarios, diff, as_json=as_json))
    raise typer.Exit(replaying.play_all(scenarios, config, as_json=as_json))


def triage(
    subject: Annotated[str | None, typer.Argument(help="The id of an incident or of an event.")] = None,
    *,
    symptom: Annotated[str | None, typer.Option(help="What was seen, in your own words.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Which branches of trouble to look at, the questions of each, and where to look next."""
    from leadline.cli import triaging  # noqa: PLC0415

    if (subject is None) == (symptom is None):
        fail('Name an incident or event by its id, or tell what was seen: --symptom "..."', BAD_USE)
    if symptom is not None:
        raise typer.Exit(triaging.by_symptom(symptom, as_json=as_json))
    raise typer.Exit(triaging.by_name(subject or "", layout_of(config, data_dir), as_json=as_json))


def postmortem(
    incident: Annotated[str, typer.Argument(help="The id of the incident.")],
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    data_dir: DataDir = None,
) -> None:
    """Write the draft of a postmortem, in Markdown, from what is stored."""
    from leadline.cli import triaging  # noqa: PLC0415

    layout = layout_of(config, data_dir)
    raise typer.Exit(triaging.write_postmortem(incident, layout, triaging.rules_near(config)))
