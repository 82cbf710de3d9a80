"""May this tool be called? Cedar policies decide, and what none of them permits is denied."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping

from leadline.measures.remembering import remembered_by_digest
from leadline.policy.cedar import Fault, Policy, invalid, library, named_in, policies_of
from leadline.policy.tool_arguments import Undecidable, as_cedar, guessed, read, too_fine, written_anew
from leadline.policy.tool_schemas import Json, Kind, Schema, UnreadableTools, arguments_kind, declared
from leadline.vocabulary import ToolAsker, ToolCall, ToolDecision, ToolPolicySettings

KEY, TENANT, FEATURE, MODEL, ACTION = "Key", "Tenant", "Feature", "Model", "Action"


class PoliciesUnsound(ValueError):
    """Policies that cannot be parsed or do not fit the tools' schema; `faults` by the name of their text."""

    def __init__(self, faults: Mapping[str, tuple[Fault, ...]]) -> None:
        self.faults = faults
        found = [f"{name}, line {one.line}: {one.sentence}" for name in faults for one in faults[name]]
        super().__init__(" ".join(found))


class ToolPolicy:
    """Decides on calls. Parsed once; a decision takes about 0.1 ms.

    A policy that forbids and cannot be evaluated (it reads an argument that is not there) denies: Cedar
    itself would pass it over.
    """

    def __init__(self, settings: ToolPolicySettings) -> None:
        """Raises PoliciesUnsound, UnreadableTools or CedarMissing."""
        self.enforcing = settings.enforcing
        self._declared: dict[str, Schema] = {}
        for tools in settings.tools:
            self._declared |= declared(tools)
        self.policies = sound(settings, self._declared)
        self._cedar = library()
        text = "\n".join(policy.text for policy in self.policies)
        self._set = self._cedar.PolicySet.from_str(text)
        self._kinds = {name: arguments_kind(schema) for name, schema in self._declared.items()}

    def decide(self, call: ToolCall, asker: ToolAsker) -> ToolDecision:
        """Never raises: what cannot be decided is denied, and why is said."""
        try:
            arguments = read(call.arguments)
            context = self._context(call, arguments, asker)
        except Undecidable as error:
            return ToolDecision(tool=call.name, allowed=False, why=f"{error}, so nothing can permit it")
        asked = {
            "principal": {"type": KEY, "id": asker.caller.key_alias},
            "action": {"type": ACTION, "id": call.name},
            "resource": {"type": MODEL, "id": asker.model},
            "context": context,
        }
        result = self._cedar.is_authorized(asked, self._set, _entities(asker))
        found = result.diagnostics
        if broken := [name for name in map(self._forbidding, found.errors) if name]:
            why = f"policy {broken[0]} forbids, and could not be evaluated for this call{_cause(context)}"
            return ToolDecision(tool=call.name, allowed=False, policies=tuple(broken), why=why)
        deciding = tuple([self.policies[_place(policy)] for policy in found.reasons])
        return ToolDecision(
            tool=call.name,
            allowed=result.allowed,
            policies=tuple(policy.name for policy in deciding),
            why=_because(deciding, result.allowed, found.errors)
            + (_cause(context) if found.errors and not result.allowed else ""),
        )

    def _context(self, call: ToolCall, arguments: Json, asker: ToolAsker) -> Json:
        return {
            "input": as_cedar(arguments, self._kind(call.name, arguments, asker.tools_json)),
            "arguments": written_anew(call.arguments),
            "calls": asker.calls,
            "now": {"__extn": {"fn": "datetime", "arg": _moment(asker.now)}},
        }

    def _kind(self, name: str, arguments: Json, tools_json: bytes) -> Kind:
        if (known := self._kinds.get(name)) is not None:
            return known
        if (said := _kinds_of(tools_json).get(name)) is not None:
            return said
        return guessed(arguments) or Kind(members={}, open=True)

    def _forbidding(self, error: str) -> str:
        """The name of the policy that could not be evaluated, when it forbids; "" when it permits."""
        policy_id = named_in(error)
        if policy_id is None:
            return "unknown"
        policy = self.policies[_place(policy_id)]
        return "" if policy.permits else policy.name


def sound(settings: ToolPolicySettings, tools: Mapping[str, Schema]) -> list[Policy]:
    """All policies in order. Raises PoliciesUnsound, with every fault there is, or CedarMissing.

    Without declared tools there is no schema to hold them against: then only their form is looked at.
    """
    schema = library().Schema.from_json_str(json.dumps(cedar_schema(tools))) if tools else None
    faults: dict[str, tuple[Fault, ...]] = {}
    policies: list[Policy] = []
    taken: set[str] = set()
    for text in settings.policies:
        found, wrong = policies_of(text.text, text.name)
        wrong += _twice(found, taken)
        if schema is not None:
            wrong += invalid(found, schema, tools)
        if wrong:
            faults[text.name] = tuple(sorted(wrong))
        policies += found
    if faults:
        raise PoliciesUnsound(faults)
    return policies


def cedar_schema(tools: Mapping[str, Schema]) -> Json:
    """Cedar's schema, as JSON: one action for each tool, its arguments under `context.input`."""
    text: Json = {"type": "String"}
    named = dict.fromkeys(("tenant", "user", "feature", "traffic_class"), text)
    return {
        "": {
            "entityTypes": {
                KEY: {
                    "memberOfTypes": [TENANT, FEATURE],
                    "shape": {"type": "Record", "attributes": named},
                },
                TENANT: {},
                FEATURE: {},
                MODEL: {},
            },
            "actions": {name: _action(arguments_kind(schema)) for name, schema in tools.items()},
        }
    }


def _action(kind: Kind) -> Json:
    context: Json = {
        "input": kind.cedar,
        "arguments": {"type": "String"},
        "calls": {"type": "Long"},
        "now": {"type": "Extension", "name": "datetime"},
    }
    applies = {
        "principalTypes": [KEY],
        "resourceTypes": [MODEL],
        "context": {"type": "Record", "attributes": context},
    }
    return {"appliesTo": applies}


def _entities(asker: ToolAsker) -> list[Json]:
    caller = asker.caller
    tenant: Json = {"type": TENANT, "id": caller.tenant}
    feature: Json = {"type": FEATURE, "id": caller.feature}
    attributes: Json = {
        "tenant": caller.tenant,
        "user": caller.user,
        "feature": caller.feature,
        "traffic_class": str(caller.traffic_class),
    }
    key: Json = {"type": KEY, "id": caller.key_alias}
    return [
        {"uid": key, "attrs": attributes, "parents": [tenant, feature]},
        {"uid": tenant, "attrs": {}, "parents": []},
        {"uid": feature, "attrs": {}, "parents": []},
        {"uid": {"type": MODEL, "id": asker.model}, "attrs": {}, "parents": []},
    ]


def _because(deciding: tuple[Policy, ...], allowed: bool, errors: list[str]) -> str:  # noqa: FBT001 - Cedar's answer
    if deciding:
        policy = deciding[0]
        said = f": {policy.description}" if policy.description else ""
        return f"policy {policy.name} {'permits' if allowed else 'forbids'} it{said}"
    if errors:
        said = errors[0].rpartition("`: ")[2]
        return f"no policy permits it; {len(errors)} could not be evaluated: {said}"
    return "no policy permits it"


def _cause(context: Json) -> str:
    """What of the arguments policies fail at, where that is known."""
    place = next(too_fine(context["input"]), None)
    return f"; `{place}` has more than four digits behind the point" if place else ""


def _twice(policies: list[Policy], taken: set[str]) -> Iterator[Fault]:
    for policy in policies:
        if policy.name in taken:
            yield Fault(policy.line, policy.name, f"the id {policy.name!r} is given to two policies.")
        taken.add(policy.name)


@remembered_by_digest(256)
def _kinds_of(tools_json: bytes) -> Mapping[str, Kind]:
    """Requests of one application bring the same tools again and again."""
    if not tools_json:
        return {}
    try:
        return {name: arguments_kind(schema) for name, schema in declared(tools_json).items()}
    except UnreadableTools:
        return {}


def _place(policy_id: str) -> int:
    """Cedar numbers policies as they come: `policy0`, `policy1`."""
    return int(policy_id.removeprefix("policy"))


def _moment(now: float) -> str:
    return dt.datetime.fromtimestamp(now, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
