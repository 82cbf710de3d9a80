"""The tool policies that a command is about: files it names, or those of the configuration and run time."""

import difflib
from pathlib import Path

from leadline.cli.options import BAD_CONFIGURATION, WRONG, fail, layout_of
from leadline.configuration.decisions import DecisionsDamaged, read_rules
from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.policy_shape import ToolPolicySection
from leadline.vocabulary import Caller, PolicyText, ToolAsker, ToolPolicySettings, TrafficClass
from leadline.wiring.tool_policies import ToolPolicyUnusable, read_settings, stands_for

_WHO = ("tenant", "user", "feature", "model")


def given(
    files: list[str] | None, tools: list[str] | None, config: str, data_dir: str | None = None
) -> ToolPolicySettings:
    """Ends the command when a file cannot be read."""
    try:
        if files and tools:
            return read_settings(ToolPolicySection(policies=files, tools=tools), Path())
        section = _section(config, needed=not files)
        if not files:
            activated = read_rules(Path(layout_of(config, data_dir).tool_rules)).values()
            found = read_settings(section, Path(config).parent, activated)
            return _with_tools(found, tools)
        named = read_settings(ToolPolicySection(policies=files), Path())
        known = read_settings(ToolPolicySection(tools=section.tools), Path(config).parent)
        return ToolPolicySettings(policies=named.policies, tools=known.tools)
    except (DecisionsDamaged, ToolPolicyUnusable, OSError) as error:
        fail(str(error), WRONG)


def in_force(name: str, config: str, data_dir: str | None) -> PolicyText | None:
    """What decides under that name now, as the files have it."""
    settings = given(None, None, config, data_dir)
    return next((one for one in settings.policies if stands_for(name, one.name)), None)


def refuse_live(draft: Path, config: str) -> None:
    """A draft decides nothing, so it is not written over a file that decides at the next reload."""
    folder = Path(config).parent
    live = [name for name in _section(config, needed=False).policies if (folder / name).resolve() == draft]
    if live:
        fail(
            f"{live[0]} is in force by {config}, and a draft written over it would be so at the next reload, "
            "unread. Give the draft another file with --out.",
            WRONG,
        )


def asker_of(key: str, who: list[str], config: str, now: float) -> ToolAsker:
    """A key that the configuration has brings its tenant and feature; `who` outranks them."""
    found = next((one for one in load(config).keys if one.alias == key), None)
    said = {"tenant": found.tenant, "feature": found.feature} if found is not None else {}
    for one in who:
        name, _, value = one.partition("=")
        if name not in _WHO:
            fail(f"{one!r} is not of the form NAME=VALUE with {', '.join(_WHO)}.", WRONG)
        said[name] = value
    model = said.pop("model", "")
    grade = found.traffic_class if found is not None else TrafficClass.STANDARD
    return ToolAsker(caller=Caller(key_alias=key, traffic_class=grade, **said), model=model, now=now)


def difference(before: PolicyText | None, after: PolicyText) -> str:
    """As a unified diff."""
    old = before.text.splitlines() if before is not None else []
    lines = difflib.unified_diff(old, after.text.splitlines(), "in force", after.name, lineterm="")
    return "\n".join(lines) or f"{after.name} is the same as in force."


def _with_tools(settings: ToolPolicySettings, tools: list[str] | None) -> ToolPolicySettings:
    if not tools:
        return settings
    named = read_settings(ToolPolicySection(tools=tools), Path())
    return ToolPolicySettings(policies=settings.policies, tools=named.tools, enforcing=settings.enforcing)


def _section(config: str, *, needed: bool) -> ToolPolicySection:
    if not needed and not Path(config).exists():
        return ToolPolicySection()
    try:
        found = load(config).tool_policy
    except BadConfiguration as error:
        fail(str(error), BAD_CONFIGURATION)
    if found is None and needed:
        fail(f"{config} has no `tool_policy:`; name the Cedar files to look at.", WRONG)
    return found or ToolPolicySection()
