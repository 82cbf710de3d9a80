"""What several commands take, and how each of them ends when something is wrong."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from leadline.vocabulary import DataLayout

ConfigFile = Annotated[str, typer.Option("-c", "--config", help="The configuration file.")]
DataDir = Annotated[str | None, typer.Option(help="The data folder, instead of the one the file names.")]
AsJson = Annotated[bool, typer.Option("--json", help="Rows as a JSON array, for programs.")]
WRONG = 1
BAD_CONFIGURATION = 2


def layout_of(config: str, data_dir: str | None) -> DataLayout:
    """Where the data lies. Ends the command when the file that should say so is wrong."""
    if data_dir is not None:
        return DataLayout(str(Path(data_dir).resolve()))
    from leadline.configuration.loading import BadConfiguration, load  # noqa: PLC0415 - slow to load

    try:
        return DataLayout(str(Path(load(config).data_dir).resolve()))
    except BadConfiguration as error:
        fail(f"{error}\nOr name the data folder itself with --data-dir.", BAD_CONFIGURATION)


def fail(sentence: str, status: int) -> NoReturn:
    """Say it on standard error and end with this exit status."""
    Console(stderr=True).print(sentence, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(status)
