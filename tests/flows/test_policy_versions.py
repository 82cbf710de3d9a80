"""Versions of a guardrail policy in a whole house: watched, enforced and switched while it serves."""

import json
import signal

import pytest
from tests.flows.across import Speaking, ask
from tests.flows.across import configuration as across
from tests.flows.load import Load, question, streamed
from tests.flows.support import completion, configuration, until

from leadline.vocabulary import Query

SECRET, GUARD, LABEL = "nightjar", "code_names", "bird"
HARMLESS, FORBIDDEN = "A harmless answer, word by word.", f"The code name is {SECRET}, keep it."
POLICIES = f"""
guardrails:
  guards: {{{GUARD}: {{type: words, words: [{SECRET}], label: {LABEL}}}}}
  policies:
    firm@1: {{mode: monitor, rules: [{{guard: {GUARD}, places: [output], word: block}}]}}
    firm@2: {{mode: enforce, stream: buffer 64, rules: [{{guard: {GUARD}, places: [output], word: block}}]}}
    firm@3: {{mode: enforce, stream: hold, rules: [{{guard: {GUARD}, places: [output], word: redact}}]}}
"""


def script(asked):
    if "messages" not in asked:
        return 202, {}, b""
    text = FORBIDDEN if "name" in asked["messages"][-1]["content"] else HARMLESS
    return streamed(text) if asked.get("stream") else completion(text, asked)


ASKED = [question(text, stream=stream) for text in ("Hello", "Its name?") for stream in (False, True)]


class Switched:
    """A house whose policy in force is one version after the other."""

    def __init__(self, folder, open_house, url):
        self._text = configuration(folder, url, url, url) + POLICIES
        self.house = open_house(self._with("firm@1"))

    def _with(self, version):
        return self._text + f"  everywhere: [{version}]\n"

    def to(self, version):
        """Put it into force, and wait until a question is met by it."""
        self.house.config.write_text(self._with(version))
        self.house.process.send_signal(signal.SIGHUP)
        until(lambda: kind_of(Load(self.house.gateway, ASKED[2:3]).run(1)[0]) == version, 20, what=version)


def kind_of(answer):
    """The version that an answer to the forbidden question was met by; empty = none did what it should."""
    if answer.status == 400 and b"blocked by the policy 'firm@2'" in answer.body:
        return "firm@2" if SECRET.encode() not in answer.body else ""
    if answer.status != 200:
        return ""
    if b"[BIRD]" in answer.body:
        return "firm@3" if SECRET.encode() not in answer.body else ""
    return "firm@1" if answer.body == script(answer.asked)[2] else ""


@pytest.mark.slow
def test_versions_are_switched_under_load_and_each_request_is_met_by_one_of_them(
    open_house, upstreams, tmp_path
):
    switched = Switched(tmp_path, open_house, upstreams(script).url)
    load = Load(switched.house.gateway, ASKED).start()
    for version in ("firm@2", "firm@3", "firm@1", "firm@2"):
        switched.to(version)
    answers = load.finish()

    harmless = [one for one in answers if "name" not in str(one.asked["messages"])]
    forbidden = [one for one in answers if one not in harmless]
    assert all((one.status, one.body) == (200, script(one.asked)[2]) for one in harmless)
    met = {one.request_id: kind_of(one) for one in forbidden}
    assert set(met.values()) == {"firm@1", "firm@2", "firm@3"}
    assert len({answer.request_id for answer in answers}) == len(answers)

    some = [one for one, version in met.items() if version in ("firm@1", "firm@2")][-20:]
    until(lambda: len(recorded(switched.house, some)) == len(some), what="for the records")
    for request_id, (version, word) in recorded(switched.house, some).items():
        assert version == met[request_id], "the record names the version that decided"
        assert word == ("flag" if version == "firm@1" else "block")


def recorded(house, request_ids):
    """By request, the version and its word, where the watch has them."""
    found = {}
    for request_id in request_ids:
        for row in house.rows(Query.REQUEST, request_id=request_id):
            [told] = [one for one in row["signals"] if one.get("policy")]
            found[request_id] = told["policy"], told["word"]
    return found


@pytest.fixture(scope="module")
def speakers():
    made = [Speaking(protocol, lambda: FORBIDDEN) for protocol in ("openai", "anthropic", "gemini")]
    yield made
    for one in made:
        one.close()


def test_all_three_sdks_are_told_the_policy_and_never_the_pattern(open_house, speakers, upstreams, tmp_path):
    pager = upstreams(lambda _: (202, {}, b"{}"))
    rules = [{"guard": GUARD, "places": ["output", "input_user"], "word": "block"}]
    config = json.loads(across(tmp_path, {one.protocol: [one] for one in speakers}, pager.url))
    config["guardrails"] = {
        "guards": {GUARD: {"type": "words", "words": [SECRET], "label": LABEL}},
        "policies": {"firm@4": {"mode": "enforce", "stream": "buffer 64", "rules": rules}},
        "everywhere": ["firm"],
    }
    house = open_house(json.dumps(config))

    for client in ("openai", "anthropic", "gemini"):
        for provider in ("openai", "anthropic", "gemini"):
            for streaming in (False, True):
                told = ask(house, client, provider, "Its name?", streaming=streaming)
                case = client, provider, streaming, told
                assert told.raised is not None, case
                assert told.requests == 1, "no SDK tries again by itself"
                assert "firm@4" in str(told.raised), case
                said = (told.body.decode() + str(told.raised) + str(told.headers) + told.text).lower()
                assert not any(word in said for word in (SECRET, GUARD, LABEL)), case
        asked_before = [len(one.asked) for one in speakers]
        told = ask(house, client, client, f"Is {SECRET} its name?")
        assert told.status == 400
        assert "firm@4" in str(told.raised)
        assert not any(word in str(told.raised).lower() for word in (SECRET, GUARD, LABEL))
        assert [len(one.asked) for one in speakers] == asked_before, "no model was asked"
