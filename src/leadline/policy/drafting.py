"""From a rule in plain language to a draft of a Cedar policy: what a model is asked, and what it said."""

import json
import re
from collections.abc import Mapping

from leadline.policy.cedar import Fault
from leadline.policy.tool_schemas import Schema
from leadline.policy.tools import cedar_schema

_FENCED = re.compile(r"```(?:cedar)?\s*\n(.*?)```", re.DOTALL)
_TASK = """You write Cedar policies that decide which tools a language model may call.
Everything is denied that no policy permits; `forbid` outranks `permit`.

principal: Key::"<gateway key>", in Tenant::"<tenant>" and Feature::"<feature>", with the attributes tenant,
user, feature, traffic_class. action: Action::"<name of the tool>". resource: Model::"<alias of the model>".
context.input.<argument> holds the arguments of the call, context.arguments their JSON text, context.calls how
many calls the answer makes, context.now the moment (a datetime, in UTC).
Numbers that need not be whole are decimals: context.input.amount.lessThan(decimal("100.0")).
Test optional arguments with `has` before you read them. Give each policy an @id of words joined by hyphens
and a @description of one sentence. Write no policy that permits more than the rule says. Where the rule
cannot be said with these tools and attributes, write only a comment that says why.

The schema of the tools, as Cedar's JSON:
"""
_EXAMPLE = """@id("support-small-refunds")
@description("Support may refund up to 100.")
permit(principal in Feature::"support", action == Action::"refund", resource)
when { context.input.amount.lessThanOrEqual(decimal("100.0")) };"""

Message = dict[str, str]


def question(rule: str, tools: Mapping[str, Schema]) -> list[Message]:
    """The messages for a chat model."""
    form = f"Answer with Cedar alone, such as:\n```cedar\n{_EXAMPLE}\n```"
    task = f"{_TASK}{json.dumps(cedar_schema(tools))}\n\n{form}"
    return [{"role": "system", "content": task}, {"role": "user", "content": f"The rule: {rule}"}]


def again(said: str, faults: tuple[Fault, ...]) -> list[Message]:
    """What follows a draft that is unsound."""
    told = "\n".join(f"line {one.line}: {one.sentence}" for one in faults)
    return [
        {"role": "assistant", "content": said},
        {"role": "user", "content": f"Cedar refuses it:\n{told}\nAnswer with all of it, mended."},
    ]


def cedar_in(said: str) -> str:
    """The policies in a model's answer."""
    found = _FENCED.findall(said)
    return ("\n".join(found) if found else said).strip() + "\n"


def annotated(draft: str, rule: str, model: str) -> str:
    """The draft with a head that says where it is from."""
    head = f"// Drafted by {model}; a person has to read it before it is activated. The rule:"
    return f"{head}\n// {' '.join(rule.split())}\n{draft}"
