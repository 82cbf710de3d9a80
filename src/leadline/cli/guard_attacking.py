"""A policy under attack, as tables."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import track

from leadline.cli.guard_trying import Opened, open_policy
from leadline.cli.listing import Column, Listing
from leadline.cli.options import BAD_CONFIGURATION, WRONG, fail
from leadline.cli.showing import write_json
from leadline.cli.tables import plain
from leadline.evals.red_team import Trial, trials
from leadline.evals.red_teaming import Met, Report, Share, attacked
from leadline.evals.rows import BadRow, read_rows

_COLUMNS = (
    Column("", 0),
    Column("tried", 3, figure=True),
    Column("caught", 1, figure=True),
    Column("stopped", 2, figure=True),
)
_MOST_SHOWN = 20
_LONGEST_SHOWN = 100


class Bounds(msgspec.Struct, frozen=True):
    """Shares of 1."""

    at_least: float
    at_most: float


def attack_policy(
    what: tuple[str, str], rows: Path | None, bounds: Bounds, *, disguised: bool, as_json: bool
) -> int:
    """`what` is configuration file and policy. 0, or 1 out of bounds."""
    opened = open_policy(*what)
    given = list(trials(disguised=disguised)) if rows is None else _read(rows)
    report = asyncio.run(_attacked(opened, given))
    passed = report.caught >= bounds.at_least and report.false_alarms <= bounds.at_most
    if as_json:
        figures = {"caught": report.caught, "false_alarms": report.false_alarms, "passed": passed}
        write_json({"policy": opened.title, **figures, **msgspec.to_builtins(report)})
    else:
        _show(opened.title, report)
    return 0 if passed else WRONG


async def _attacked(opened: Opened, given: list[Trial]) -> Report:
    async def meet(trial: Trial) -> Met:
        checked = await opened.check(trial.text, trial.place)
        return Met(frozenset(one.kind for one in checked.findings), checked.texts is None)

    console = Console(stderr=True)
    shown = track(given, opened.title, console=console, transient=True, disable=not console.is_terminal)
    return await attacked(shown, meet)


def _read(rows: Path) -> list[Trial]:
    try:
        return [msgspec.convert(row, Trial) for row in read_rows(rows)]
    except (BadRow, msgspec.ValidationError, OSError, EOFError, UnicodeDecodeError) as error:
        fail(f"{rows} holds no trials: {error}", BAD_CONFIGURATION)


def _show(title: str, report: Report) -> None:
    console = Console(highlight=False)
    console.print(_table("attack", report.by_sort))
    if set(report.by_disguise) > {"none"}:
        console.print(_table("disguise", report.by_disguise))
    console.print(_table("", {"harmless": report.harmless}))
    for one in report.wrong[:_MOST_SHOWN]:
        what = "flagged though harmless" if one.sort == "harmless" else f"missed: {one.sort}"
        how = f" as {one.disguise}" if one.disguise else ""
        text = plain(one.text[:_LONGEST_SHOWN])
        console.print(f"{what}{how} ({one.place}): {text}", markup=False, soft_wrap=True, style="dim")
    if len(report.wrong) > _MOST_SHOWN:
        console.print(f"... and {len(report.wrong) - _MOST_SHOWN} more; `--json` has all.", markup=False)
    if report.uncovered:
        console.print(f"{title} catches nothing of {', '.join(report.uncovered)}.", markup=False)
    said = f"{title} catches {report.caught:.1%} of what it is there for, and flags {report.false_alarms:.1%}"
    console.print(f"{said} of the harmless texts.", markup=False, soft_wrap=True)


def _table(name: str, shares: Mapping[str, Share]) -> Listing:
    listing = Listing((msgspec.structs.replace(_COLUMNS[0], name=name), *_COLUMNS[1:]))
    for sort, one in _sorted(shares.items()):
        listing.add(plain(sort), str(one.tried), _of(one.caught, one), _of(one.stopped, one))
    return listing


def _sorted(shares: Iterable[tuple[str, Share]]) -> list[tuple[str, Share]]:
    """The worst first."""
    return sorted(shares, key=lambda pair: pair[1].caught / pair[1].tried if pair[1].tried else 0)


def _of(part: int, whole: Share) -> str:
    return f"{part / whole.tried:.0%}" if whole.tried else "-"
