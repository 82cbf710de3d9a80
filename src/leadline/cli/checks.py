"""`leadline checks`: which there are, what they cost, and what they are worth on your own rows."""

from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.options import AsJson

checks = typer.Typer(no_args_is_help=True, help="What checks and guards there are, and what they are worth.")


@checks.command("list")
def list_checks(*, as_json: AsJson = False) -> None:
    """Every guard, inline and deep check: what it says of its quality, and whether it can work here."""
    from leadline.cli.checks_showing import show_checks  # noqa: PLC0415 - loads every check

    show_checks(as_json=as_json)


@checks.command("time")
def time_checks(
    *,
    answers: Annotated[int, typer.Option(min=10, help="How many answers of each size, all different.")] = 500,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON, for programs.")] = False,
) -> None:
    """What the inline checks cost on this machine: median and 99th percentile for answers of three sizes."""
    from leadline.cli.checks_timing import show_times  # noqa: PLC0415 - loads every check and its model

    show_times(answers, as_json=as_json)


@checks.command("measure")
def measure(
    name: Annotated[str, typer.Argument(help="A check, or a set of labelled rows that has one.")],
    data: Annotated[Path, typer.Argument(help="Labelled rows, .jsonl or .jsonl.gz.")],
    *,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Guards: the score that counts.")] = 0.5,
    place: Annotated[str, typer.Option(help="Guards: where the texts stand, such as output.")] = "",
    settings: Annotated[str, typer.Option(help="The check's own settings, as JSON.")] = "{}",
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON, for programs.")] = False,
) -> None:
    """Recall, false alarms, precision, AUROC and milliseconds per KB on rows that say what is right.

    A row has `text` and `label` (0 or 1), or `text` and `spans` (type, start, end), or `answer`, `context`,
    `question` and `label`.
    """
    from leadline.cli.checks_showing import measure_check  # noqa: PLC0415

    measure_check(name, data, (threshold, place, settings), as_json=as_json)
