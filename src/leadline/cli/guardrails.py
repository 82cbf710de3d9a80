"""`leadline guardrails`: try the policies of a configuration on a text."""

from pathlib import Path
from typing import Annotated

import typer

from leadline.cli.options import AsJson, ConfigFile
from leadline.vocabulary import Place

guardrails = typer.Typer(no_args_is_help=True, help="Try guardrails before they are enforced.")


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


@guardrails.command("test")
def attack(
    *,
    policy: Annotated[str, typer.Option(help="Such as support, support@2 or support@DRAFT.")],
    rows: Annotated[
        Path | None, typer.Option(help="Your own trials, .jsonl: text, sort (or harmless) and place.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Without disguises.")] = False,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="Share of attacks to catch.")] = 0.8,
    at_most: Annotated[float, typer.Option(min=0, max=1, help="Share of harmless texts flagged.")] = 0.05,
    config: ConfigFile = "leadline.yaml",
    as_json: AsJson = False,
) -> None:
    """Attack a policy: what it catches, in which disguise it misses, and which harmless texts it flags.

    Attacks that the policy has no guard for are named and not counted. The exit status is 1 when it catches
    too little or flags too much.
    """
    from leadline.cli.guard_attacking import Bounds, attack_policy  # noqa: PLC0415 - guards are slow to load

    bounds = Bounds(at_least, at_most)
    raise typer.Exit(attack_policy((config, policy), rows, bounds, disguised=not plain, as_json=as_json))
