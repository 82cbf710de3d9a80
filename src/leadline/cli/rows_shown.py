"""Rows of a file as they are read, counted on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leadline.evals.rows import Row, read_rows


@contextmanager
def counted_rows(path: Path) -> Iterator[Iterator[Row]]:
    """Raises what `read_rows` raises, as the rows are taken."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield iter(bar.track(read_rows(path), total=None, description=path.name))
