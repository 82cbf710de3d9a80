"""Drafts of Cedar policies by a simulated model, so that `leadline policy compile` can be tried offline."""

import json
import re

DRAFTING = "You write Cedar policies"
"""How the question for a draft begins."""
_SCHEMA = re.compile(r"^\{.*\}$", re.MULTILINE)
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_NOBODY = re.compile(r"\b(?:never|no one|nobody|must not|may not)\b", re.IGNORECASE)


def draft(system: str, rule: str) -> str:
    """A policy for the first tool that the rule names, with its first figure as a limit."""
    actions = _actions(system)
    named = next((name for name in actions if name.lower() in rule.lower()), "")
    if not named:
        return "// The rule names none of the tools, so it cannot be said."
    effect = "forbid" if _NOBODY.search(rule) else "permit"
    condition = _condition(actions[named], rule)
    text = f'{effect}(principal, action == Action::"{named}", resource)\n{condition}'.rstrip() + ";"
    return f'```cedar\n@id("{named.replace("_", "-")}-{effect}")\n@description("{_plain(rule)}")\n{text}\n```'


def _actions(system: str) -> dict[str, dict[str, dict[str, str]]]:
    """The arguments of each tool, by its name."""
    found = _SCHEMA.search(system)
    spaces = json.loads(found.group()) if found else {}
    actions = {}
    for space in spaces.values():
        for name, action in space.get("actions", {}).items():
            context = action.get("appliesTo", {}).get("context", {}).get("attributes", {})
            actions[name] = context.get("input", {}).get("attributes", {})
    return actions


def _condition(arguments: dict[str, dict[str, str]], rule: str) -> str:
    """The rule's first figure as the limit of the first argument that is a number."""
    figure = _FIGURE.search(rule)
    for name, argument in arguments.items():
        kind, read = argument.get("name") or argument.get("type"), f"context.input.{name}"
        if figure is not None and kind == "decimal":
            limit = f'decimal("{float(figure.group()):.1f}")'
            return f"when {{ {read}.lessThanOrEqual({limit}) }}"
        if figure is not None and kind == "Long":
            return f"when {{ {read} <= {int(float(figure.group()))} }}"
    return ""


def _plain(rule: str) -> str:
    return " ".join(rule.removeprefix("The rule: ").replace('"', "'").replace("\\", "").split())
