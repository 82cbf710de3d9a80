"""Checks as a table, and the worth of one of them."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from leadline.cli.listing import Column, Listing
from leadline.cli.options import BAD_CONFIGURATION, fail
from leadline.cli.rows_shown import counted_rows
from leadline.cli.showing import wide_enough
from leadline.cli.tables import plain
from leadline.evals.check_list import known_checks, trained_on
from leadline.evals.measuring import Worth, worth
from leadline.evals.rows import BadRow
from leadline.evals.subjects import Options, Unmeasurable, judged_by, subject

_COLUMNS = (
    Column("check", 0),
    Column("kind", 1),
    Column("cost", 4),
    Column("places", 5, least=12),
    Column("available", 2),
    Column("quality", 3, least=16),
)


def show_checks(*, as_json: bool) -> None:
    known = known_checks()
    if as_json:
        typed = msgspec.json.format(msgspec.json.encode(known), indent=2)
        Console().print(typed.decode(), markup=False, highlight=False, soft_wrap=True)
        return
    listing = Listing(_COLUMNS)
    for one in known:
        figures = ", ".join(f"{name} {value:.3g}" for name, value in one.quality.items())
        places = "everywhere" if one.everywhere else " ".join(one.places)
        quality = plain(figures or one.measured or one.says)
        why = Text(f"  \u2514 {plain(one.unavailable)}", style="dim") if one.unavailable else None
        listing.add(one.name, one.kind, one.cost, places, "no" if why else "yes", quality, below=why)
    wide_enough().print(listing)


_NO_VERDICT = (
    "it gives no verdict on any of these rows, as they lack what it looks at or are too short or too long "
    "for it. docs/checks.md says under `{name}` what that is."
)


def measure_check(name: str, data: Path, how: tuple[float, str, str], *, as_json: bool) -> None:
    """Ends the command with a sentence where there is nothing to measure."""
    threshold, place, settings = how
    try:
        own = msgspec.json.decode(settings, type=dict[str, object])
        measured = subject(name, Options(settings=own, place=place, threshold=threshold))
        with counted_rows(data) as rows:
            judged = judged_by(measured, rows)
    except (Unmeasurable, BadRow, OSError, EOFError, msgspec.DecodeError, UnicodeDecodeError) as error:
        fail(f"cannot measure {name} on {data}: {error}", BAD_CONFIGURATION)
    if not judged:
        fail(f"cannot measure {name}: {data} holds no rows.", BAD_CONFIGURATION)
    if all(one.skipped for one in judged):
        fail(f"cannot measure {name} on {data}: {_NO_VERDICT.format(name=measured.name)}", BAD_CONFIGURATION)
    found = worth(judged, measured.spans, measured.unsought, measured.any_sort)
    seen = trained_on(measured.name, data)
    if as_json:
        known = {
            "check": measured.name,
            "kind": measured.kind,
            "data": str(data),
            "threshold": threshold,
            "trained_on": seen,
        }
        encoded = msgspec.json.encode({**known, **msgspec.to_builtins(found)})
        Console().print(encoded.decode(), markup=False, highlight=False, soft_wrap=True)
        return
    _tell(f"{measured.kind} {measured.name} on {data.name}", found)
    if seen:
        Console().print(
            "It has learnt from these very rows: `leadline checks list` has its figures on rows held out.",
            markup=False,
            highlight=False,
        )


def _tell(title: str, found: Worth) -> None:
    console = Console()
    said = f"{title}: {found.rows} rows, {found.positives} of them positive"
    skipped = f", no verdict on {found.skipped}" if found.skipped else ""
    console.print(plain(said + skipped), markup=False, highlight=False)
    figures = Listing((Column("measure", 0), Column("value", 1, figure=True)))
    for name in ("recall", "false_alarms", "precision", "f1", "auroc", "ms_per_kb_p50", "ms_per_kb_p99"):
        value = getattr(found, name)
        figures.add(name, "-" if value is None else f"{value:.4f}")
    console.print(figures)
    if found.by_sort:
        names = list(next(iter(found.by_sort.values())))
        sorts = Listing((Column("sort", 0), *(Column(name, 1, figure=True) for name in names)))
        together = {"any sort": found.any_sort} if found.any_sort else {}
        for sort, its in {**found.by_sort, **together}.items():
            sorts.add(plain(sort), *(_shown(its[name]) for name in names))
        console.print(sorts)
    if found.unsought:
        console.print(plain(f"not looked for: {', '.join(found.unsought)}"), markup=False, highlight=False)


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.4f}"
