"""The routes by which people see, activate and take back tool policies at run time; audited."""

import difflib
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.params import Path as PathParameter
from msgspec.structs import replace
from pydantic import Field
from starlette.responses import Response

from leadline.control import answers
from leadline.control.orders import ADMINISTRATOR, Decision, Who, way_of
from leadline.control.parameters import Name
from leadline.control.parts import ControlParts
from leadline.control.problems import Problem, answer
from leadline.control.reload import publish_and_wait
from leadline.vocabulary import Deed, PolicyText

RuleName = Annotated[str, PathParameter(max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
_ERRORS: dict[int | str, dict[str, object]] = {
    400: {"model": answers.Error, "description": "A parameter is wrong; the sentence names it."},
    401: {"model": answers.Error, "description": "Neither an admin key nor a session."},
    404: {"model": answers.Error, "description": "No policy of that name was activated."},
    422: {"model": answers.Error, "description": "The policy is refused; those in force stay."},
}


_LONGEST_DETAILS = 4000


class NewRule(Decision):
    """`text` is Cedar."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]


def tool_policy_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["tool policy"], responses=_ERRORS)

    @routes.get("/tool-policy", response_model=answers.ToolPolicies)
    async def shown() -> Response:
        """The policies in force: those of files, and those that people activated, with who and why."""
        plan = parts.plans.current()
        policy = plan.tool_policy if plan is not None else None
        mode = "off" if policy is None else "enforce" if policy.enforcing else "log_only"
        return answer({"mode": mode, "policies": policy.policies if policy is not None else ()})

    @routes.put("/tool-policy/{name}", response_model=answers.ToolRuleChanged)
    async def activate(name: RuleName, wanted: NewRule, request: Request) -> Response:
        """Put a policy into force. Returns when all gateway workers have it, or names those without."""
        _refuse_when_off(parts)
        rule = PolicyText(name=name, text=wanted.text, by=wanted.by, at=parts.now(), reason=wanted.reason)
        return answer(await _change(parts, rule, _deed(parts, request, "policy_activate", name, wanted)))

    @routes.delete("/tool-policy/{name}", response_model=answers.ToolRuleChanged)
    async def deactivate(
        name: RuleName, request: Request, by: Who = ADMINISTRATOR, reason: Name = ""
    ) -> Response:
        """Take back what was activated; a file of that name holds again."""
        if name not in parts.tool_rules.entries:
            known = ", ".join(sorted(parts.tool_rules.entries)) or "none"
            raise Problem(
                404, "unknown_policy", f"No policy {name!r} was activated at run time; {known} was."
            )
        said = Decision(by=by, reason=reason)
        return answer(await _change(parts, None, _deed(parts, request, "policy_deactivate", name, said)))

    return routes


def _refuse_when_off(parts: ControlParts) -> None:
    plan = parts.plans.current()
    if plan is None or plan.tool_policy is None:
        raise Problem(
            422,
            "tool_policy_off",
            "Tool policy is off; put `tool_policy:` into the configuration (`mode: log_only` to try it) and "
            "reload.",
        )


async def _change(parts: ControlParts, rule: PolicyText | None, deed: Deed) -> dict[str, object]:
    name, book = deed.subject, parts.tool_rules
    before = book.entries.get(name)
    try:
        done = await publish_and_wait(
            lambda: book.put(name, rule, parts.plans.publish), parts.ask, f"The policy {name!r}"
        )
    except Problem as problem:
        parts.audit.note(replace(deed, outcome=problem.message))
        raise
    details = f"{_difference(before, rule)}, generation {done.generation}"
    parts.audit.note(replace(deed, outcome="done" if done.changed else "unchanged", details=details))
    return {
        "name": name,
        "generation": done.generation,
        "changed": done.changed,
        "workers": done.workers,
        "pending": done.pending,
    }


def _difference(before: PolicyText | None, after: PolicyText | None) -> str:
    """The change line by line, for the audit: whoever reads it later need not find the draft."""
    old, new = (one.text.splitlines() if one is not None else [] for one in (before, after))
    lines = list(difflib.unified_diff(old, new, lineterm="", n=0))[2:]
    return "\n".join(lines)[:_LONGEST_DETAILS]


def _deed(parts: ControlParts, request: Request, action: str, name: str, said: Decision) -> Deed:
    return Deed(
        at=parts.now(), by=said.by, action=action, subject=name, via=way_of(request), note=said.reason
    )
