"""Cedar, which an extra installs: what of it is used here, in our words."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import cedarpy

_TOKEN = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|;|\s+|[^\s;"/]+|.', re.DOTALL)
_OF_POLICY = re.compile(r"^for policy `[^`]*`, ")
_NAMED = re.compile(r"policy `([^`]+)`")
_PERMIT = "permit"


class CedarMissing(LookupError):
    """The extra is not installed; the sentence says how to."""


class Fault(msgspec.Struct, frozen=True, order=True):
    """What is wrong with a policy, and the line on which that policy begins, from 1."""

    line: int
    policy: str
    sentence: str


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy of a text. `name` is its `@id`, else that of its text and its line. `actions` are the tools
    that its head names; empty = any.
    """

    name: str
    line: int
    text: str
    permits: bool
    actions: tuple[str, ...] = ()
    description: str = ""


def library() -> ModuleType:
    """Raises CedarMissing."""
    try:
        import cedarpy  # noqa: PLC0415 - an extra, and 5 MB that most gateways never need
    except ImportError as error:
        raise CedarMissing(
            "Tool policies need Cedar, which is not installed; run `pip install 'leadline[tools]'`."
        ) from error
    return cedarpy


def policies_of(text: str, source: str) -> tuple[list[Policy], list[Fault]]:
    """The policies of a Cedar text in order, or why it is none."""
    policies, faults = [], []
    for line, statement in _statements(text):
        found = _read(statement, source, line)
        if isinstance(found, Fault):
            faults.append(found)
        else:
            policies.append(found)
    return policies, faults


def invalid(policies: list[Policy], schema: "cedarpy.Schema", tools: Collection[str]) -> Iterator[Fault]:
    """Where policies do not fit the schema: a name that does not exist, a type that does not fit."""
    cedar = library()
    for policy in policies:
        unknown = [name for name in policy.actions if name not in tools]
        if unknown:
            near = difflib.get_close_matches(unknown[0], tools, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            yield Fault(policy.line, policy.name, f"no tool {unknown[0]!r} is declared.{hint}")
            continue
        for error in cedar.validate_policies(policy.text, schema).errors:
            said = _OF_POLICY.sub("", error.error)
            yield Fault(policy.line, policy.name, f"{said}.".replace("..", "."))


def named_in(error: str) -> str | None:
    """The id of the policy that could not be evaluated."""
    found = _NAMED.search(error)
    return found.group(1) if found is not None else None


def _read(statement: str, source: str, line: int) -> Policy | Fault:
    cedar = library()
    try:
        parsed = msgspec.json.decode(cedar.policies_to_json_str(statement))
    except ValueError as error:
        return Fault(line, f"{source}:{line}", f"this is no Cedar policy: {error}.")
    if parsed["templates"]:
        return Fault(line, f"{source}:{line}", "a template decides nothing until somebody links it.")
    policy = next(iter(parsed["staticPolicies"].values()))
    notes = policy.get("annotations", {})
    return Policy(
        name=notes.get("id") or f"{source}:{line}",
        line=line,
        text=statement,
        permits=policy["effect"] == _PERMIT,
        actions=tuple(_actions(policy["action"])),
        description=notes.get("description") or "",
    )


def _actions(head: Mapping[str, Any]) -> Iterator[str]:
    for entity in (head.get("entity"), *head.get("entities", ())):
        if entity is not None:
            yield entity["id"]


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each policy with the line on which it begins: strings and comments may hold semicolons."""
    line, began, pieces = 1, 0, list[str]()
    for token in _TOKEN.findall(text):
        if not token.isspace() and not token.startswith("//"):
            began = began or line
        if began:
            pieces.append(token)
        line += token.count("\n")
        if token == ";":  # noqa: S105 - a sign
            yield began, "".join(pieces)
            began, pieces = 0, []
    if began:
        yield began, "".join(pieces)
