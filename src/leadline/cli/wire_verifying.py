"""`leadline wire verify`: files in, agreement per api and per fact out, exit status 1 below the threshold."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from leadline.cli.options import BAD_CONFIGURATION, WRONG, fail
from leadline.cli.showing import write_json
from leadline.cli.tables import plain
from leadline.wirecheck.facts import FACTS
from leadline.wirecheck.reasons import OURS
from leadline.wirecheck.recorded import BadLine, NotRecorded, Recorded, read
from leadline.wirecheck.verifying import Count, Disagreement, Verdict, Verifier, summed

PIPE_COLUMNS = 160
MOST_SHOWN = 50
"""Disagreements of one reason on a terminal; `--json` has all of them."""


def verify_files(files: Sequence[Path], at_least: float, *, as_json: bool) -> int:
    """0, or 1 when less than `at_least` percent of the facts agree."""
    verifier = Verifier()
    with _progress(files) as lines:
        for line in lines:
            verifier.take(line)
    verdict = verifier.verdict
    total = verdict.total
    if not total.compared:
        fail("None of these exchanges is of an operation that Leadline speaks.", BAD_CONFIGURATION)
    passed = total.share * 100 >= at_least
    if as_json:
        write_json(_plain(verdict, at_least, passed=passed))
    else:
        _show(verdict, at_least, passed=passed)
    return 0 if passed else WRONG


@contextmanager
def _progress(files: Sequence[Path]) -> Iterator[Iterator[Recorded | BadLine]]:
    """The lines of all files, with a bar on a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield _lines(files, bar)


def _lines(files: Sequence[Path], bar: Progress) -> Iterator[Recorded | BadLine]:
    """Ends the command at a file that is none. The bar counts bodies' bytes: a packed file tells no other."""
    for path in files:
        task = bar.add_task(path.name, total=None)
        try:
            for line in read(path):
                bar.advance(task, len(line.body) if isinstance(line, Recorded) else 0)
                yield line
        except NotRecorded as error:
            fail(str(error), BAD_CONFIGURATION)
        except OSError as error:
            fail(f"{path} cannot be read: {error.strerror or error}", BAD_CONFIGURATION)


def _show(verdict: Verdict, at_least: float, *, passed: bool) -> None:
    console = Console()
    if not (console.is_terminal or "COLUMNS" in os.environ):
        console = Console(width=PIPE_COLUMNS)
    console.print(_by_api(verdict))
    console.print()
    console.print(_by_fact(verdict))
    _show_disagreements(console, verdict.disagreements)
    for name, count in sorted(verdict.unread.items()):
        console.print(f"not read: {count} of {'/'.join(name)}", style="dim", markup=False, highlight=False)
    for bad in verdict.bad_lines:
        console.print(f"left out: {bad}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    total = verdict.total
    word, style = ("agreed", "green") if passed else ("agreed, too few", "bold red")
    console.print(
        f"\n{total.agreed} of {total.compared} facts {word}: {_percent(total)}, asked for {at_least:g} %.",
        style=style,
        highlight=False,
    )


def _by_api(verdict: Verdict) -> Table:
    table = _table("provider", "api", "exchanges", "compared", "agreed", "%")
    for (provider, api), by_fact in sorted(verdict.counts.items()):
        exchanges = verdict.exchanges[provider, api]
        table.add_row(plain(provider), plain(api), str(exchanges), *_cells(summed(by_fact.values())))
    return table


def _by_fact(verdict: Verdict) -> Table:
    table = _table("fact", "compared", "agreed", "%")
    for fact in FACTS:
        table.add_row(fact, *_cells(verdict.of_fact(fact)))
    return table


def _show_disagreements(console: Console, found: Sequence[Disagreement]) -> None:
    """Grouped by their reason: a quirk of one provider is told once, with all that it explains."""
    reasons: dict[tuple[str, str], list[Disagreement]] = {}
    for one in found:
        reasons.setdefault((one.right, one.why), []).append(one)
    for (right, why), several in reasons.items():
        who = "we are right" if right == OURS else "who is right is open"
        console.print(f"\n{len(several)}x {who}. {why}", style="bold", highlight=False)
        for one in several[:MOST_SHOWN]:
            words = f"  {one.id} {one.fact}: we read {one.ours}, recorded is {one.recorded}"
            console.print(plain(words), markup=False, highlight=False, soft_wrap=True)
        if len(several) > MOST_SHOWN:
            console.print(f"  ... and {len(several) - MOST_SHOWN} more; --json has them all.", style="dim")
    console.print()


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        words = column in ("provider", "api", "fact")
        table.add_column(column, justify="left" if words else "right", no_wrap=True)
    return table


def _cells(count: Count) -> tuple[str, str, str]:
    return str(count.compared), str(count.agreed), _percent(count)


def _percent(count: Count) -> str:
    """Rounded down, so that only a perfect score reads 100 %."""
    return f"{int(count.share * 10_000) / 100:.2f} %"


def _plain(verdict: Verdict, at_least: float, *, passed: bool) -> dict[str, object]:
    total = verdict.total
    return {
        "compared": total.compared,
        "agreed": total.agreed,
        "percent": total.share * 100,
        "at_least": at_least,
        "passed": passed,
        "apis": [
            {
                "provider": provider,
                "api": api,
                "exchanges": verdict.exchanges[provider, api],
                **_figures(all_),
            }
            for (provider, api), by_fact in sorted(verdict.counts.items())
            for all_ in (summed(by_fact.values()),)
        ],
        "facts": [{"fact": fact, **_figures(verdict.of_fact(fact))} for fact in FACTS],
        "disagreements": msgspec.to_builtins(verdict.disagreements),
        "not_read": [
            {"provider": provider, "api": api, "exchanges": count}
            for (provider, api), count in sorted(verdict.unread.items())
        ],
        "bad_lines": [str(bad) for bad in verdict.bad_lines],
    }


def _figures(count: Count) -> dict[str, object]:
    return {"compared": count.compared, "agreed": count.agreed, "percent": count.share * 100}
