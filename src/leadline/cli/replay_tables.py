"""What a replay came to, as tables for a terminal."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from leadline.cli.tables import clock_time, plain, severity_text, span
from leadline.replay.comparing import Difference, Side
from leadline.replay.player import Played
from leadline.replay.scenario import Scenario
from leadline.vocabulary import Incident

Shown = tuple[Scenario, Played, list[str] | None]
_WALL_TIME_FROM = 1e8
"""Larger times are Unix seconds; smaller ones count from the start of a scenario."""
_FIGURES = frozenset({"count", "pages", "MTTD"})
_FOLDED = frozenset({"scenario", "incident", "severity"})
_SIDES = {Side.ONLY_A: "red", Side.ONLY_B: "green", Side.CHANGED: "yellow", Side.SAME: "dim"}


def scenarios_table(shown: Sequence[Shown]) -> Table:
    """Of each scenario its verdict, then a row for each incident."""
    table = _table("scenario", "severity", "opened", "count", "pages", "resolved", "MTTD")
    for scenario, played, missed in shown:
        table.add_row(Text(plain(scenario.name), style="bold"), _verdict(scenario, played, missed))
        for incident in played.incidents:
            table.add_row(*_incident_cells(scenario, incident))
    return table


def differences_table(found: Sequence[tuple[str, Sequence[Difference]]]) -> Table:
    """Only where the two differ; a changed figure reads `a → b`."""
    table = _table("scenario", "incident", "", "severity", "opened", "count", "pages", "resolved")
    for name, several in found:
        for one in several:
            if one.side is not Side.SAME:
                table.add_row(name, plain(one.key), Text(one.side.value, _SIDES[one.side]), *_sides(one))
    return table


def moment(at: float | None) -> str:
    """Time of day of Unix seconds, or how long after the start of a scenario."""
    if at is None:
        return ""
    return clock_time(at) if at >= _WALL_TIME_FROM else span(at)


def severity_path(incident: Incident) -> Text:
    """`MEDIUM → HIGH 40m40s (escalation)`: the first is of the opening."""
    words = Text()
    for place, step in enumerate(incident.severity_path):
        words.append(" → " if place else "")
        words.append(step.severity.value.upper(), style=severity_text(step.severity.value).style)
        words.append(f" {moment(step.at)}" if place else "", style="dim")
        words.append(f" ({step.cause})" if step.cause != "classifier" else "", style="dim")
    return words


def time_to_detect(scenario: Scenario, incident: Incident) -> float:
    """Seconds from the onset, as the file names it, or from the first event, to the opening."""
    onset = scenario.meta.get("true_cross_s", scenario.meta.get("onset_s"))
    begin = onset if isinstance(onset, int | float) else incident.first_event_at
    return incident.opened_at - begin


def _incident_cells(scenario: Scenario, incident: Incident) -> tuple[str | Text, ...]:
    return (
        Text(f"  {plain(incident.key)}"),
        severity_path(incident),
        moment(incident.opened_at),
        str(incident.count),
        str(incident.pages),
        moment(incident.resolved_at) or Text("open", style="bold"),
        span(max(0.0, time_to_detect(scenario, incident))),
    )


def _verdict(scenario: Scenario, played: Played, missed: list[str] | None) -> Text:
    count, bad = len(played.incidents), len(scenario.bad_lines)
    if bad and not missed:
        return Text(f"{bad} {'line' if bad == 1 else 'lines'} could not be read", style="bold red")
    if missed is None:
        return Text(f"{count or 'no'} {'incident' if count == 1 else 'incidents'}", style="dim")
    if not missed:
        return Text("as expected" if count else "as expected: no incident", style="green")
    return Text(f"{len(missed)} {'miss' if len(missed) == 1 else 'misses'}", style="bold red")


def _sides(one: Difference) -> tuple[Text, ...]:
    names = ("severity", "opened_at", "count", "pages", "resolved_at")
    return tuple(_pair(one, name) for name in names)


def _pair(one: Difference, name: str) -> Text:
    said = [_cell(incident, name) for incident in (one.a, one.b) if incident is not None]
    return Text(" → ").join(said) if name in one.changed else said[0]


def _cell(incident: Incident, name: str) -> Text:
    value = getattr(incident, name)
    if name == "severity":
        return severity_text(value.value)
    if name == "resolved_at" and value is None:
        return Text("open", style="bold")
    return Text(moment(value) if name.endswith("_at") else str(value))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(
            column,
            justify="right" if column in _FIGURES else "left",
            no_wrap=column not in _FOLDED,
            min_width=8 if column in ("opened", "resolved") else None,
        )
    return table
