"""The reference page of checks: `python -m leadline.evals.check_pages > docs/checks.md`."""

import inspect
import re
import sys

from leadline.evals.check_list import KnownCheck, known_checks, page
from leadline.evals.subjects import FOLDERS

_KINDS = {
    "guard": "Guards look at texts that may have to be stopped; a policy says what follows.",
    "inline": "Inline checks look at every answer before it is done, within 50 ms all together.",
    "deep": "Deep checks run in the watch, on a copy, with seconds to spare.",
}
_HEAD = """# Checks

What each check looks for, how good it is, what it does not see, and what it costs. This page is written from
the checks themselves. What one is worth on your own rows: `leadline checks measure NAME ROWS.jsonl.gz`.

A check that cannot work (no model, no settings) says so in `leadline checks list` and at load; it never
passes in silence. A guard that learns ships plain arrays made by `training/`; its figures "on rows held out"
are of rows, and of families of rows, that the fold which judged them had not seen.
"""
_FIGURES = {
    "recall": "caught",
    "false_alarms": "false alarms",
    "auroc": "AUROC",
}
_PARAGRAPHS = re.compile(r"\n\n")
_ATTRIBUTE = re.compile(r"^    (\w+): (.*)$")


def pages() -> str:
    """All of them as Markdown."""
    known = known_checks(try_them=False)
    parts = [_HEAD]
    for kind, said in _KINDS.items():
        parts.append(f"## {said.partition(' look')[0].partition(' run')[0]}\n\n{said}\n")
        parts += [_page(one) for one in known if one.kind == kind]
    return "\n".join(parts)


def _page(one: KnownCheck) -> str:
    folder = next(folder for folder, kind in FOLDERS.items() if kind == one.kind)
    said, _, attributes = inspect.cleandoc(page(folder, one.name)).partition("Attributes:\n")
    lines = [f"### `{one.name}`\n", _PARAGRAPHS.sub("\n\n", said).strip()]
    if one.quality:
        lines.append("\nOn rows held out: " + ", ".join(_figure(*item) for item in one.quality.items()) + ".")
    if one.places:
        lines.append("\nPlaces: " + ("everywhere." if one.everywhere else ", ".join(one.places) + "."))
    if attributes:
        lines.append("\n" + "\n".join(_settings(attributes)))
    return "\n".join(lines) + "\n"


def _figure(name: str, value: float) -> str:
    return f"{_FIGURES.get(name, name)} {value:.3g}"


def _settings(attributes: str) -> list[str]:
    lines: list[str] = []
    for line in attributes.splitlines():
        found = _ATTRIBUTE.match(line)
        if found is not None:
            lines.append(f"- `{found[1]}`: {found[2]}")
        elif line.strip() and lines:
            lines.append("  " + line.strip())
    return lines


if __name__ == "__main__":
    sys.stdout.write(pages())
