"""Have a model draft a policy, asked through the gateway like any other call; a draft decides nothing."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path

import msgspec

from leadline.cli.options import BAD_CONFIGURATION, WRONG, fail
from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.secrets import MissingSecret, Secrets
from leadline.policy.cedar import CedarMissing, Fault
from leadline.policy.drafting import Message, again, annotated, cedar_in, question
from leadline.policy.tool_schemas import Schema, declared
from leadline.policy.tools import PoliciesUnsound, sound
from leadline.vocabulary import PolicyText, ToolPolicySettings
from leadline.wiring.tool_policies import ToolPolicyUnusable, read_settings

PATIENCE_S = 120.0
NAME = "draft"


class Draft(msgspec.Struct, frozen=True):
    """`faults` are what Cedar finds wrong with it after the model has mended it once."""

    text: str
    faults: tuple[Fault, ...]


class _Route(msgspec.Struct, frozen=True):
    url: str
    model: str
    key: str


def draft_of(rule: str, config_path: str, gateway: str | None = None) -> Draft:
    """Ends the command when no model is configured, or it does not answer."""
    route, tools = _configured(config_path, gateway)
    asked = question(rule, tools)
    try:
        said = _ask(route, asked)
        faults = _faults(cedar_in(said), tools)
        if faults:
            said = _ask(route, [*asked, *again(said, faults)])
            faults = _faults(cedar_in(said), tools)
    except CedarMissing as error:
        fail(str(error), WRONG)
    return Draft(annotated(cedar_in(said), rule, route.model), faults)


def _configured(config_path: str, gateway: str | None) -> tuple[_Route, dict[str, Schema]]:
    try:
        config = load(config_path)
    except BadConfiguration as error:
        fail(str(error), BAD_CONFIGURATION)
    section = config.tool_policy
    if section is None or section.drafting is None:
        fail(f"{config_path} names no model for drafts; set `tool_policy.drafting.model` and `.key`.", WRONG)
    try:
        key = Secrets(os.environ)(section.drafting.key)
        settings = read_settings(section, Path(config_path).parent)
    except (MissingSecret, ToolPolicyUnusable) as error:
        fail(str(error), WRONG)
    tools: dict[str, Schema] = {}
    for one in settings.tools:
        tools |= declared(one)
    address = gateway or f"http://{config.gateway.listen}"
    return _Route(f"{address}/v1/chat/completions", section.drafting.model, key), tools


def _faults(text: str, tools: dict[str, Schema]) -> tuple[Fault, ...]:
    try:
        sound(ToolPolicySettings(policies=(PolicyText(name=NAME, text=text),)), tools)
    except PoliciesUnsound as error:
        return error.faults[NAME]
    return ()


def _ask(route: _Route, messages: list[Message]) -> str:
    request = urllib.request.Request(  # noqa: S310 - our own gateway, as the configuration says
        route.url,
        json.dumps({"model": route.model, "messages": messages}).encode(),
        {"authorization": f"Bearer {route.key}", "content-type": "application/json"},
    )
    # no proxy: the key is for this address alone
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_S) as reply:
            return str(json.load(reply)["choices"][0]["message"]["content"])
    except urllib.error.HTTPError as error:
        with error:
            fail(f"The gateway answered the request for a draft with HTTP {error.code}.", WRONG)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        fail(f"No draft came from {route.url} ({error}); is the gateway running?", WRONG)
