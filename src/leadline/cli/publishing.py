"""Changes that the control process publishes to the gateway workers: put to it, and told to people."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from leadline.cli.options import WRONG, fail, layout_of


def ask_control(what: tuple[str, str], where: tuple[str, str | None], body: object = None) -> dict[str, Any]:
    """`what` is method and path, `where` configuration and data folder. A sentence and the end of the command
    when there is no answer.
    """
    from leadline.cli.control_calls import ControlUnreachable, Refused, call  # noqa: PLC0415 - urllib

    layout = layout_of(*where)
    try:
        return call(what, Path(layout.control_address), Path(layout.admin_key), body)
    except (ControlUnreachable, Refused) as error:
        fail(str(error), WRONG)


def tell_published(done: Mapping[str, Any]) -> None:
    """Which gateway workers have it. Ends the command when some do not."""
    generation = f"generation {done['generation']}"
    if not done.get("changed", True):
        typer.echo(f"It was so already ({generation}).")
    elif done["pending"] is None:
        typer.echo(f"Published as {generation}; the watch does not say which gateway workers have it.")
    elif done["pending"]:
        behind = ", ".join(done["pending"])
        fail(f"Published as {generation}; these gateway workers do not have it yet: {behind}.", WRONG)
    else:
        typer.echo(f"All gateway workers have it ({done['workers']}, {generation}).")
