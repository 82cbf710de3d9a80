"""The triage tree on a page: branches of trouble, what to ask in each, and where to look next."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from leadline.control.console.marks import Words, box, link


def runbook_path(runbook: object, incident_id: object = "") -> str:
    """Of the page in this console that shows `docs/runbooks/KIND.md`."""
    name = PurePosixPath(str(runbook)).name.removesuffix(".md")
    about = f"?incident={quote(str(incident_id), safe='')}" if incident_id else ""
    return f"/runbooks/{quote(name, safe='')}{about}"


def _name(branch: Mapping[str, Any]) -> str:
    return PurePosixPath(str(branch.get("runbook"))).stem


def draw_branches(branches: Sequence[Mapping[str, Any]], incident_id: str = "", *, unfolded: int) -> None:
    """The first `unfolded` show all they have, the others at a click."""
    for place, branch in enumerate(branches):
        with box("ll-branch", "details") as whole:
            _draw_branch(branch, incident_id)
        if place < unfolded:
            whole.props("open")


def _draw_branch(branch: Mapping[str, Any], incident_id: str) -> None:
    with box("ll-branch-top", "summary"):
        Words(branch.get("category"), f"ll-tag ll-category-{branch.get('category')}")
        Words(branch.get("subtype"), "ll-strong")
        because = ", ".join(map(str, branch.get("because") or ()))
        Words(because or "nothing points here; rule it out", "ll-dim")
    with box("ll-questions", "ol"):
        for question in branch.get("questions") or ():
            Words(question, "", "li")
    with box("ll-commands"):
        for command in branch.get("look") or ():
            Words(command, "ll-command", "code")
    with box("ll-runbook"):
        link(f"Runbook {_name(branch)}", runbook_path(branch.get("runbook"), incident_id))
