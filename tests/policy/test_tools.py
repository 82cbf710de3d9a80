"""Tool calls under Cedar policies: what is permitted, denied and missing."""

import decimal
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.policy.tools import PoliciesUnsound, ToolPolicy, cedar_schema, sound
from leadline.vocabulary import Caller, PolicyText, ToolAsker, ToolCall, ToolPolicySettings

REFUND = {
    "type": "function",
    "function": {
        "name": "refund",
        "parameters": {
            "type": "object",
            "properties": {
                "order": {"type": "string"},
                "amount": {"type": "number"},
                "items": {"type": "array", "items": {"type": "string"}},
                "note": {"type": ["string", "null"]},
                "meta": {"type": "object", "properties": {"urgent": {"type": "boolean"}}},
            },
            "required": ["order", "amount", "note"],
            "additionalProperties": False,
        },
    },
}
READ = {
    "name": "read_file",
    "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
}
TOOLS = json.dumps([REFUND, READ]).encode()
POLICIES = """// who may give money back
@id("small-refunds")
@description("support may refund up to 100")
permit(principal in Feature::"support", action == Action::"refund", resource)
when { context.input.amount.lessThanOrEqual(decimal("100.0")) };

@id("reading")
permit(principal, action == Action::"read_file", resource)
when { context.input.path like "*" };

@id("no-secrets")
forbid(principal, action == Action::"read_file", resource)
when { context.input.path like "/etc/*" };
"""
SUPPORT = Caller(key_alias="shop", tenant="acme", feature="support", user="ann")
ASKER = ToolAsker(caller=SUPPORT, model="chat", now=1_800_000_000.0)


def policy(text=POLICIES, tools=(TOOLS,)):
    return ToolPolicy(ToolPolicySettings(policies=(PolicyText(name="p.cedar", text=text),), tools=tools))


def decide(arguments, tool="refund", text=POLICIES, asker=ASKER, tools=(TOOLS,)):
    given = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return policy(text, tools).decide(ToolCall(tool, given), asker)


def test_a_call_within_its_limit_is_permitted_by_name():
    decision = decide({"order": "7", "amount": 99.5, "note": None})
    assert decision.allowed
    assert decision.policies == ("small-refunds",)
    assert decision.why == "policy small-refunds permits it: support may refund up to 100"


@pytest.mark.parametrize("amount", [100.01, 1e6, 101])
def test_what_no_policy_permits_is_denied(amount):
    decision = decide({"order": "7", "amount": amount})
    assert not decision.allowed
    assert decision.decided_by == "default-deny"
    assert decision.why == "no policy permits it"


def test_another_feature_or_tool_is_denied():
    other = ToolAsker(caller=Caller(key_alias="shop", feature="search"), model="chat", now=1.0)
    assert not decide({"order": "7", "amount": 1}, asker=other).allowed
    assert not decide({}, tool="drop_table").allowed


def test_what_is_forbidden_says_by_which_policy():
    decision = decide({"path": "/etc/shadow"}, tool="read_file")
    assert (decision.allowed, decision.policies) == (False, ("no-secrets",))
    assert decide({"path": "/tmp/notes"}, tool="read_file").allowed  # noqa: S108 - a path in words only


def test_a_policy_that_forbids_and_cannot_be_evaluated_denies():
    text = POLICIES.replace('when { context.input.path like "*" }', "")
    decision = decide({}, tool="read_file", text=text, tools=())
    assert (decision.allowed, decision.policies) == (False, ("no-secrets",))
    assert "could not be evaluated" in decision.why


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ('{"order":"7","amount":5,"amount":5000}', "an argument stands there twice"),
        ('{"order":"7","amount":5', "not readable as JSON"),
        ("[1]", "no JSON object"),
        ('{"order":"7","amount":NaN}', "NaN is no number"),
        ('{"order":"7","amount":"5"}', "`input.amount` is not the number"),
        ('{"order":7,"amount":5}', "`input.order` is not the string"),
        ('{"order":"7","amount":5,"admin":true}', "does not declare"),
        ('{"order":"7","amount":1e400}', "`input.amount` is not the decimal"),
        ('{"order":"7","amount":1e99999999999999999999}', "not readable as JSON"),
        ('{"order":"7","amount":5,"items":["a",1]}', "`input.items[1]` is not the string"),
        ('{"order":"' + "7" * 300_000 + '","amount":5}', "longer than"),
    ],
)
def test_arguments_that_a_program_may_read_otherwise_than_we_do_are_denied(arguments, why):
    decision = decide(arguments)
    assert not decision.allowed
    assert why in decision.why


def test_values_cannot_pass_for_entities():
    text = 'permit(principal, action, resource) when { context.input.who == Key::"root" };'
    trick = {"who": {"__entity": {"type": "Key", "id": "root"}}}
    assert not decide(trick, tool="any", text=text, tools=()).allowed


def test_a_request_says_what_its_tools_take_where_nobody_else_did():
    text = 'permit(principal, action, resource) when { context.input.amount == decimal("5.0") };'
    asker = ToolAsker(caller=SUPPORT, model="chat", now=1.0, tools_json=json.dumps([REFUND]).encode())
    assert decide({"order": "7", "amount": 5}, text=text, asker=asker, tools=()).allowed
    assert not decide({"order": "7", "amount": 5}, text=text, tools=()).allowed


def test_the_hour_and_the_number_of_calls_may_decide():
    text = """permit(principal, action, resource)
    when { context.calls < 3 && context.now.toTime() >= duration("8h") };"""
    assert decide({}, tool="t", text=text, tools=()).allowed is True
    many = ToolAsker(caller=SUPPORT, model="chat", now=1_800_000_000.0, calls=3)
    night = ToolAsker(caller=SUPPORT, model="chat", now=1_799_971_200.0)
    assert not decide({}, tool="t", text=text, asker=many, tools=()).allowed
    assert not decide({}, tool="t", text=text, asker=night, tools=()).allowed


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('permit(principal, action == Action::"refnd", resource);', 1, "Did you mean 'refund'?"),
        (POLICIES.replace("amount.less", "amnt.less"), 2, "amnt"),
        ("\n\npermit(principal, action, resource) when { context. };", 3, "no Cedar policy"),
        ("permit(principal == ?principal, action, resource);", 1, "template"),
        (POLICIES.replace("reading", "no-secrets"), 11, "given to two"),
        ("permit(principal, action, resource) when { context.calls > true };", 1, "Long"),
    ],
)
def test_an_unsound_policy_is_told_with_its_line(text, line, said):
    with pytest.raises(PoliciesUnsound) as raised:
        policy(text)
    fault = raised.value.faults["p.cedar"][0]
    assert said in fault.sentence
    assert fault.line == line  # annotations belong to a policy, so it begins with them


def test_semicolons_in_strings_and_comments_end_no_policy():
    text = """// a; b
@id("a;b") permit(principal, action, resource) when { context.arguments like "*;*" }; // c;
permit(principal, action == Action::"refund", resource);"""
    found = sound(ToolPolicySettings(policies=(PolicyText(name="p", text=text),)), {})
    assert [(one.name, one.line) for one in found] == [("a;b", 2), ("p:3", 3)]


@pytest.mark.parametrize(
    "written",
    [
        '{"path": "/prod"}',
        '{"path": "/pr\\u006fd"}',
        '{"p\\u0061th" : "\\/prod"}',
        '{"path": "/prod \\ud800"}',
    ],
)
def test_escapes_and_spaces_hide_nothing_from_a_policy(written):
    text = """permit(principal, action, resource);
forbid(principal, action, resource) when { context.arguments like "*\\"path\\":\\"/prod*" };"""
    settings = ToolPolicySettings(policies=(PolicyText(name="p", text=text),))

    assert not ToolPolicy(settings).decide(ToolCall(name="read_file", arguments=written), ASKER).allowed


LIMITED = """permit(principal, action, resource);
@id("limit") forbid(principal, action == Action::"refund", resource) when { %s };"""
ABOVE = 'context.input.amount.greaterThan(decimal("100.0"))'


def refund(amount, condition=ABOVE, tools=(TOOLS,)):
    written = f'{{"order": "7", "amount": {amount}}}'
    return decide(written, text=LIMITED % condition, tools=tools)


@pytest.mark.parametrize("tools", [(TOOLS,), ()])
@pytest.mark.parametrize("amount", ["100.00004", "100.000000000000000000000000000000000001", "1e-999999999"])
def test_a_number_finer_than_cedar_holds_never_slips_past_a_forbid(amount, tools):
    decision = refund(amount, tools=tools)

    assert (decision.allowed, decision.policies) == (False, ("limit",))
    assert "`input.amount` has more than four digits behind the point" in decision.why


def test_digits_that_are_zeros_are_none():
    assert refund("99.123400000").allowed
    assert not refund("100.00010000").allowed


def test_a_fine_number_is_permitted_by_no_size_and_by_policies_that_do_not_look_at_it():
    limited = decide('{"order": "7", "amount": 0.12345, "note": null}')

    assert not limited.allowed
    assert limited.why.endswith("`input.amount` has more than four digits behind the point")
    assert refund("0.12345", 'context.input.order == "8"').allowed


def test_fine_numbers_are_equal_digit_by_digit():
    number, both = {"type": "number"}, ["a", "b"]
    move = {"name": "move", "parameters": {"properties": {"a": number, "b": number}, "required": both}}
    tools = (json.dumps([move]).encode(),)
    text = "permit(principal, action, resource) when { context.input.a == context.input.b };"

    def same(one, other):
        return decide(f'{{"a": {one}, "b": {other}}}', tool="move", text=text, tools=tools).allowed

    assert same("0.12345", "0.123450")
    assert same("0.12345", "1.2345e-1")
    assert not same("0.12345", "0.12346")
    assert not same("0.12345", "0.1234")
    assert not same("0." + "1" * 40 + "2", "0." + "1" * 40 + "3")


@given(st.decimals(min_value=90, max_value=110, places=7), st.sampled_from(["100.0", "99.9999", "100.0001"]))
def test_no_forbidden_size_is_ever_allowed(amount, limit):
    text = f'context.input.amount.greaterThan(decimal("{limit}"))'

    assert not (amount > decimal.Decimal(limit) and refund(str(amount), text).allowed)


def test_the_schema_has_the_names_of_arguments():
    schema = json.dumps(cedar_schema({"t": {"properties": {"n": {"type": "integer"}, "free": {}}}}))
    assert '"input": {"type": "Record", "attributes": {"n": {"type": "Long", "required": false}}}' in schema


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(_json, st.sampled_from(["refund", "read_file", "other"]))
def test_whatever_a_model_writes_is_decided(value, tool):
    decision = EITHER.decide(ToolCall(tool, json.dumps(value)), ASKER)
    assert decision.why


@given(st.text(max_size=40))
def test_whatever_text_stands_for_arguments_is_decided(text):
    assert EITHER.decide(ToolCall("other", text), ASKER).why


EITHER = policy(tools=())
