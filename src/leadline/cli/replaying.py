"""`leadline replay`: scenarios in, tables or JSON out, exit status 1 on any miss."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from leadline.cli.options import BAD_CONFIGURATION, WRONG, fail
from leadline.cli.replay_tables import differences_table, scenarios_table
from leadline.cli.showing import write_json
from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.shape import RulesSection
from leadline.replay import shipped as library
from leadline.replay.comparing import Difference, Side, differences
from leadline.replay.player import Played, play
from leadline.replay.scenario import NotAReplayFile, Scenario, read
from leadline.replay.verdict import misses
from leadline.triage.desk import TickResult
from leadline.triage.rules import Rules
from leadline.wiring.rules import rules_of

PIPE_COLUMNS = 160
LONG_ROWS = 20_000
"""From so many rows on, progress is worth a line."""


class Outcome(msgspec.Struct, frozen=True):
    """One scenario, played. `misses` are sentences; None when the file expects nothing."""

    scenario: Scenario
    played: Played
    misses: list[str] | None


def scenarios(files: Sequence[Path], *, shipped: bool) -> Iterator[Scenario]:
    """One after the other, so that only one lies in memory. Ends the command at a file that is none."""
    for path in files:
        try:
            yield read(path)
        except NotAReplayFile as error:
            fail(str(error), BAD_CONFIGURATION)
        except OSError as error:
            fail(f"{path} cannot be read ({error.strerror or error}).", BAD_CONFIGURATION)
    for name in library.names() if shipped else ():
        yield library.scenario(name)


def play_all(scenarios: Iterator[Scenario], config: str | None, *, as_json: bool) -> int:
    """0, or 1 when something differs from what a file expects or a line of it could not be read."""
    rules = rules_of_file(config) if config else None
    outcomes = [_outcome(scenario, rules) for scenario in scenarios]
    if as_json:
        write_json([_plain(outcome) for outcome in outcomes])
    else:
        _show(outcomes)
    return WRONG if any(outcome.misses or outcome.scenario.bad_lines for outcome in outcomes) else 0


def compare(scenarios: Iterator[Scenario], files: tuple[str, str], *, as_json: bool) -> int:
    """0 when both sets of rules decide the same, else 1."""
    rules = rules_of_file(files[0]), rules_of_file(files[1])
    found: list[tuple[str, list[Difference]]] = []
    for scenario in scenarios:
        a, b = (_played(scenario, each).incidents for each in rules)
        found.append((scenario.name, differences(a, b)))
    changed = any(one.side is not Side.SAME for _, several in found for one in several)
    if as_json:
        write_json([_plain_difference(name, one) for name, several in found for one in several])
    elif not changed:
        Console().print("Both decide the same.")
    else:
        _wide_enough().print(differences_table(found))
    return WRONG if changed else 0


def rules_of_file(path: str) -> Rules:
    """The rules that a configuration file asks for. Ends the command when it is wrong."""
    try:
        return rules_of(load(path).watch.rules)
    except BadConfiguration as error:
        fail(str(error), BAD_CONFIGURATION)
    except ValueError as error:
        fail(f"{path}, watch.rules: {error}", BAD_CONFIGURATION)


def _outcome(scenario: Scenario, rules: Rules | None) -> Outcome:
    played = _played(scenario, rules or own_rules(scenario))
    return Outcome(scenario, played, misses(scenario, played) if scenario.judged else None)


def own_rules(scenario: Scenario) -> Rules:
    """Those that a recording was made under, else the built-in ones."""
    try:
        return rules_of(RulesSection.model_validate(scenario.meta.get("rules") or {}))
    except ValueError as error:
        fail(f"{scenario.name}: the rules in its first line are not usable: {error}", BAD_CONFIGURATION)


def _played(scenario: Scenario, rules: Rules) -> Played:
    with _progress(scenario) as heard:
        return play(scenario.rows, rules, scenario.baseline, scenario.ends_at, heard)


@contextmanager
def _progress(scenario: Scenario) -> Iterator[Callable[[TickResult], None]]:
    """A bar on a terminal for a long file, nothing else."""
    console = Console(stderr=True)
    if len(scenario.rows) < LONG_ROWS or not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    begin = scenario.rows[0].t
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(scenario.name, total=scenario.ends_at - begin)
        yield lambda result: bar.update(task, completed=result.state.at - begin)


def _show(outcomes: Sequence[Outcome]) -> None:
    console = _wide_enough()
    if outcomes:
        console.print(scenarios_table([(one.scenario, one.played, one.misses) for one in outcomes]))
    for outcome in outcomes:
        name = outcome.scenario.name
        for bad in outcome.scenario.bad_lines:
            console.print(f"{name}, {bad}", style="yellow", markup=False, soft_wrap=True)
        for note in outcome.scenario.notes:
            console.print(f"{name}, line 1: {note}", style="yellow", markup=False, soft_wrap=True)
        for sentence in outcome.misses or ():
            console.print(f"{name}: {sentence}", style="red", markup=False, soft_wrap=True)


def _wide_enough() -> Console:
    """A pipe has no width; there the tables take what they need."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_COLUMNS)


def _plain(outcome: Outcome) -> dict[str, object]:
    scenario, played = outcome.scenario, outcome.played
    return {
        "scenario": scenario.name,
        "rows": len(scenario.rows),
        "events": played.events,
        "ticks": played.ticks,
        "bad_lines": [str(bad) for bad in scenario.bad_lines],
        "notes": list(scenario.notes),
        "as_expected": None if outcome.misses is None else not outcome.misses,
        "misses": outcome.misses or [],
        "incidents": msgspec.to_builtins(played.incidents),
        "warnings": msgspec.to_builtins(played.warnings),
    }


def _plain_difference(name: str, one: Difference) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(one)
    return {"scenario": name, "side": one.side.value, **plain}
