"""`leadline guardrails`: try the policies of a configuration on a text."""

from typing import Annotated

import typer

from leadline.cli.options import AsJson, ConfigFile
from leadline.vocabulary import Place

guardrails = typer.Typer(no_args_is_help=True, help="Try guardrails before they are enforced.")


@guardrails.callback()
def group() -> None:
    """So that `check` stays a word of its own, beside those to come."""


@guardrails.command("check")
def check(
    text: Annotated[str, typer.Argument(help="A text, the name of a file that holds it, or - to read it.")],
    *,
    policy: Annotated[str, typer.Option(help="Such as support, support@2 or support@DRAFT.")],
    place: Annotated[Place, typer.Option(help="Where the text would stand.")] = Place.INPUT_USER,
    config: ConfigFile = "leadline.yaml",
    as_json: AsJson = False,
) -> None:
    """Say what a policy finds in a text and what it would do; the exit status is 1 when it stops the text."""
    from leadline.cli.guard_trying import try_text  # noqa: PLC0415 - guards are slow to load

    raise typer.Exit(try_text(config, text, (policy, place), as_json=as_json))
