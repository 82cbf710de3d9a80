"""`leadline triage` and `leadline postmortem`: what is stored, read with the watch alive or dead."""

import asyncio
import sys
from collections.abc import Mapping, Sequence

import msgspec
from rich.console import Console
from rich.text import Text

from leadline.cli.options import WRONG, fail
from leadline.cli.showing import write_json
from leadline.cli.tables import plain
from leadline.cli.telling import tell
from leadline.configuration.loading import BadConfiguration, load
from leadline.control.gathering import Look, Row, story_of, tree_of
from leadline.triage.postmortem import draft
from leadline.triage.rules import Rules
from leadline.triage.tree import Branch, of_symptom
from leadline.vocabulary import DataLayout, Query
from leadline.wiring.rules import rules_of

MOST_ROWS = 10_000


def by_symptom(text: str, *, as_json: bool) -> int:
    """Always finds something to look at."""
    _show(f"symptom: {text}", of_symptom(text), as_json=as_json)
    return 0


def by_name(name: str, layout: DataLayout, *, as_json: bool) -> int:
    """An incident, an event or a request, by its id."""
    tree = asyncio.run(tree_of(_look(layout), name))
    if tree is None:
        fail(f"there is no incident, event or request {name!r}; `leadline incidents` lists them.", WRONG)
    _show(tree.title, tree.branches, as_json=as_json)
    return 0


def rules_near(path: str) -> Rules:
    """The rules of the configuration, or the built-in ones, and a word of it, where none can be read."""
    try:
        return rules_of(load(path).watch.rules)
    except BadConfiguration:
        warning = f"{path} cannot be read, so the rules are told with the built-in numbers; name it with -c."
        Console(stderr=True, soft_wrap=True).print(warning, markup=False)
        return Rules()


def write_postmortem(incident_id: str, layout: DataLayout, rules: Rules) -> int:
    """Markdown to standard output."""
    story = asyncio.run(story_of(_look(layout), incident_id, rules))
    if story is None:
        fail(f"there is no incident {incident_id!r}; `leadline incidents` lists them.", WRONG)
    sys.stdout.write(draft(story))
    return 0


def _look(layout: DataLayout) -> Look:
    async def look(query: Query, arguments: Mapping[str, object]) -> Sequence[Row]:
        told = tell(layout, query, dict(arguments), MOST_ROWS).told
        if told.error:
            fail(told.error, WRONG)
        return told.rows

    return look


def _show(title: str, branches: Sequence[Branch], *, as_json: bool) -> None:
    if as_json:
        write_json([msgspec.to_builtins(branch) for branch in branches])
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(plain(title), style="bold"))
    for branch in branches:
        because = ", ".join(branch.because) or "nothing points here; rule it out"
        console.print(
            Text(f"\n{branch.category.value}.{branch.subtype}", style="bold yellow"), f"({because})"
        )
        for number, question in enumerate(branch.questions, start=1):
            console.print(f"  {number}. {question}", markup=False)
        for command in branch.look:
            console.print(Text(f"  $ {command}", style="cyan"))
        console.print(Text(f"  {branch.runbook}", style="dim"))
