"""`leadline policy check|explain|show|compile|activate|deactivate`: which tools models may call."""

import getpass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from leadline.cli.options import WRONG, AsJson, ConfigFile, DataDir, fail
from leadline.cli.publishing import ask_control, tell_published
from leadline.vocabulary import PolicyText, ToolCall

policy = typer.Typer(no_args_is_help=True, help="Which tools models may call, decided by Cedar policies.")
Files = Annotated[
    list[str] | None, typer.Argument(help="Cedar files; without any, what the configuration names.")
]
Tools = Annotated[
    list[str] | None, typer.Option(help="A file of tool declarations, instead of the configuration's.")
]
Reason = Annotated[str, typer.Option(help="Why, for whoever asks later.")]


@policy.command()
def check(files: Files = None, tools: Tools = None, config: ConfigFile = "leadline.yaml") -> None:
    """Parse policies and hold them against the schema of the tools. Each fault with its file and line."""
    from leadline.cli.policy_sources import given  # noqa: PLC0415 - slow to load
    from leadline.policy.tools import PoliciesUnsound, ToolPolicy  # noqa: PLC0415

    settings = given(files, tools, config)
    try:
        found = ToolPolicy(settings)
    except PoliciesUnsound as error:
        for name, faults in error.faults.items():
            for fault in faults:
                typer.echo(f"{name}, line {fault.line}, {fault.policy}: {fault.sentence}")
        count = sum(len(faults) for faults in error.faults.values())
        fail(f"{count} {'fault' if count == 1 else 'faults'}.", WRONG)
    except (ValueError, LookupError) as error:
        fail(str(error), WRONG)
    names = ", ".join(one.name for one in found.policies) or "none, so every call is denied"
    typer.echo(f"{len(found.policies)} policies are sound: {names}.")
    if not settings.tools:
        typer.echo("Only their form was checked: name the tools' declarations with --tools or `tools:`.")


@policy.command()
def explain(
    *,
    tool: Annotated[str, typer.Option(help="The tool that is called.")],
    args: Annotated[str, typer.Option(help="Its arguments, as JSON.")] = "{}",
    key: Annotated[str, typer.Option(help="The alias of the gateway key.")] = "first",
    who: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="tenant, user, feature or model.")
    ] = None,
    tools: Tools = None,
    config: ConfigFile = "leadline.yaml",
    as_json: AsJson = False,
) -> None:
    """Would this call be permitted, by which policy, and why? Ends with 1 when it would be denied."""
    import time  # noqa: PLC0415

    from leadline.cli.policy_sources import asker_of, given  # noqa: PLC0415 - slow to load
    from leadline.cli.showing import write_json  # noqa: PLC0415
    from leadline.policy.tools import ToolPolicy  # noqa: PLC0415

    settings = given(None, tools, config)
    asker = asker_of(key, who or [], config, time.time())
    try:
        decision = ToolPolicy(settings).decide(ToolCall(tool, args), asker)
    except (ValueError, LookupError) as error:
        fail(str(error), WRONG)
    if as_json:
        write_json({name: getattr(decision, name) for name in ("tool", "allowed", "policies", "why")})
    else:
        mode = "" if settings.enforcing else " (log only: it would pass all the same)"
        word = "permitted" if decision.allowed else "denied"
        typer.echo(f"{tool} is {word} by {decision.decided_by}{mode}: {decision.why.rstrip('.')}.")
    raise typer.Exit(0 if decision.allowed else WRONG)


@policy.command()
def show(config: ConfigFile = "leadline.yaml", data_dir: DataDir = None, *, as_json: AsJson = False) -> None:
    """The policies in force, and who activated which."""
    from leadline.cli.showing import write_json  # noqa: PLC0415

    told = ask_control(("GET", "/api/tool-policy"), (config, data_dir))
    if as_json:
        write_json(told)
        return
    typer.echo(f"mode: {told['mode']}")
    for one in told["policies"]:
        by = (
            f"activated by {one['by']}{': ' + one['reason'] if one['reason'] else ''}"
            if one["by"]
            else "file"
        )
        typer.echo(f"\n# {one['name']} ({by})\n{one['text'].rstrip()}")


@policy.command(name="compile")
def compile_rule(
    rule: Annotated[str, typer.Argument(help="The rule in plain language.")],
    name: Annotated[str, typer.Option(help="What the policy is to be called.")],
    out: Annotated[str | None, typer.Option(help="The draft's file, by default NAME.cedar.")] = None,
    gateway: Annotated[str | None, typer.Option(help="Its address, if not as the file says.")] = None,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
) -> None:
    """Have a model draft the policy, through the gateway. A draft decides nothing until you activate it."""
    from leadline.cli.policy_drafting import draft_of  # noqa: PLC0415 - slow to load
    from leadline.cli.policy_sources import difference, in_force, refuse_live  # noqa: PLC0415

    path = Path(out or f"{name}.cedar")
    refuse_live(path.resolve(), config)
    draft = draft_of(rule, config, gateway)
    path.write_text(draft.text, encoding="utf-8")
    typer.echo(difference(in_force(name, config, data_dir), PolicyText(name=name, text=draft.text)))
    for fault in draft.faults:
        typer.echo(f"{path}, line {fault.line}: {fault.sentence}")
    if draft.faults:
        fail(f"The draft in {path} is unsound; mend it, then `leadline policy check {path}`.", WRONG)
    typer.echo(f"Read {path}; `leadline policy activate {path}` puts it into force.")


@policy.command()
def activate(
    file: Annotated[str, typer.Argument(help="A Cedar file.")],
    name: Annotated[str | None, typer.Option(help="By default the file's name without .cedar.")] = None,
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    reason: Reason = "",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="You have read the difference already.")] = False,
) -> None:
    """Put a policy into force on all gateway workers, after you have read what changes."""
    from leadline.cli.policy_sources import difference, in_force  # noqa: PLC0415

    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read ({error}).", WRONG)
    called = name or Path(file).stem
    before = in_force(called, config, data_dir)
    if before is not None:
        called = Path(before.name).name
    typer.echo(difference(before, PolicyText(name=called, text=text)))
    if not yes:
        typer.confirm(f"Put {called} into force?", abort=True)
    body = {"text": text, "by": getpass.getuser(), "reason": reason}
    tell_published(
        ask_control(("PUT", f"/api/tool-policy/{quote(called, safe='')}"), (config, data_dir), body)
    )


@policy.command()
def deactivate(
    name: Annotated[str, typer.Argument(help="The name under which it was activated.")],
    config: ConfigFile = "leadline.yaml",
    data_dir: DataDir = None,
    reason: Reason = "",
) -> None:
    """Take back what was activated; a file of that name holds again."""
    asked = f"?by={quote(getpass.getuser())}&reason={quote(reason)}"
    tell_published(
        ask_control(("DELETE", f"/api/tool-policy/{quote(name, safe='')}{asked}"), (config, data_dir))
    )
