"""Guardrails in the file: what is compiled into the plan, and what cannot hold is refused with a sentence."""

import textwrap

import pytest

from leadline.configuration.reading import read
from leadline.vocabulary import Place, Word
from leadline.wiring.guardrails import guardrails_of, title_of
from leadline.wiring.soundness import mistakes

HEAD = """
providers: {main: {type: openai, api_key: env:A}}
models: {chat: {targets: [{provider: main}], policies: [support]}}
"""
GUARDS = "  guards: {names: {type: words, words: [nightjar]}, whole: {type: injection}}\n"


def file_of(policies, more=""):
    body = textwrap.indent(textwrap.dedent(policies), "    ")
    return HEAD + "guardrails:\n" + more + GUARDS + "  policies:\n" + body


def told(policies, more=""):
    return [str(mistake) for mistake in mistakes(read(file_of(policies, more)))]


def policy(word="block", guard="names", places="[output]", stream="stream: hold,", **more):
    mode = more.get("mode", "enforce")
    extra = more.get("extra", "")
    rule = f"{{guard: {guard}, places: {places}, word: {word}{extra}}}"
    return f"{more.get('title', 'support@1')}: {{mode: {mode}, {stream} rules: [{rule}]}}\n"


def test_a_sound_policy_has_no_mistakes():
    assert told(policy()) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (policy(stream=""), "`stream` is missing: say how streamed answers are read."),
        (policy(stream="stream: detect_after,"), "`block` cannot hold with `detect_after`"),
        (policy("redact", stream="stream: detect_after,"), "`redact` cannot hold with `detect_after`"),
        (policy("fall_back", stream="stream: detect_after,"), "`fall_back` cannot hold with"),
        (policy("hold", stream="stream: detect_after,"), "`hold` cannot hold with `detect_after`"),
        (policy("hold", stream="stream: buffer 12,"), "Choose `stream: hold`."),
        (policy(stream="stream: buffer 3,"), "Choose `buffer 9` or `hold`."),
        (policy(stream="stream: buffer 0,"), "stream"),
        (policy("redact", "whole", "[input_user]"), "judges a text as a whole"),
        (
            policy(guard="nmes"),
            "there is no guard 'nmes' under `guardrails: guards:`, and no such type. Did you",
        ),
        (
            policy(guard="exfiltration", places="[input_user]"),
            "does not look at input_user. It looks at output",
        ),
        (policy(guard="words"), "the guard 'words' needs settings"),
        (policy("flag", "content", stream=""), "is not available: "),
        (policy("redact", extra=", redaction: tokens"), "tokens need `guardrails: token_key:`"),
        (policy("redact", extra=", redaction: tokens"), "nobody could turn back those of an answer"),
        (policy("block", places="[input_user]", extra=", redaction: tokens"), "goes with `word: redact`"),
        (policy(title="support@DRAFT"), "a draft only watches; give it a number to enforce it."),
        (policy(title="other@1"), "there is no policy 'support' under `guardrails: policies:`"),
        (policy(title="support"), "support"),
        (policy(places="[nowhere]"), "places[0]"),
        (policy(extra=", labels: [wrod]"), "calls nothing 'wrod', so this would never be found. Did you"),
        (policy("flag", "pii", extra=", labels: [emial]"), "Did you mean 'email'?"),
    ],
)
def test_what_cannot_hold_is_refused(wrong, sentence):
    assert any(sentence in one for one in told(wrong)), told(wrong)


def test_what_only_watches_may_detect_afterwards():
    assert told(policy(stream="stream: detect_after,", mode="monitor")) == []
    assert told(policy("flag", stream="stream: detect_after,")) == []


def test_tokens_need_a_buffer_that_holds_one():
    asked = policy("redact", places="[input_user]", stream="stream: buffer 40,", extra=", redaction: tokens")

    assert any("tokens have up to 512 characters" in one for one in told(asked, "  token_key: env:T\n"))


def test_a_guard_of_an_unknown_type_is_told_the_nearest():
    wrong = file_of(policy()).replace("type: words", "type: wrds")

    assert any("Did you mean 'words'" in str(one) for one in mistakes(read(wrong)))


def section(policies):
    config = read(file_of(policies)).config
    assert config is not None
    return config.guardrails


def test_a_name_means_the_highest_number_and_never_the_draft():
    several = "".join(
        policy(title=f"support@{version}", mode="monitor") for version in ("2", "10", "9", "DRAFT")
    )
    found = section(several)

    assert title_of("support", found) == "support@10"
    assert title_of("support@2", found) == "support@2"
    assert title_of("support@DRAFT", found) == "support@DRAFT"
    assert title_of("support@3", found) is None


def test_the_plan_holds_the_policy_as_it_was_meant():
    rails = guardrails_of(
        section(policy("redact", places="[output, input_user]", stream="stream: buffer 80,"))
    )
    (made,) = rails.policies.values()
    (rule,) = made.rules

    assert (made.title, made.enforced, made.window) == ("support@1", True, 80)
    assert (rule.word, rule.places) == (Word.REDACT, (Place.OUTPUT, Place.INPUT_USER))
    assert list(rails.guards) == ["names"]
    assert (made.fails_open, made.passes_long, made.passes_unread) == (False, False, True)


MODERATED = """
providers:
  main: {type: openai, api_key: env:HOME}
  claude: {type: anthropic, api_key: env:HOME}
models:
  chat: {targets: [{provider: main}], policies: [safe]}
  moderation: {targets: [{provider: %s, model: omni-moderation-latest}]}
guardrails:
  guards: {harm: {type: content, model: %s}}
  policies:
    safe@1: {mode: enforce, stream: hold, rules: [{guard: harm, places: [output], word: block}]}
"""


@pytest.mark.parametrize(
    ("provider", "model", "sentence"),
    [
        ("main", "moderation", ""),
        ("main", "modertion", "there is no model 'modertion' under `models:`. Did you mean 'moderation'?"),
        ("claude", "moderation", "'claude' of the model 'moderation' has no moderations: anthropic."),
        ("main", "''", "is not available: sexual, violence, hate, insults, misconduct: not available until"),
    ],
)
def test_content_is_judged_by_a_route_that_can(provider, model, sentence):
    found = [str(mistake) for mistake in mistakes(read(MODERATED % (provider, model)))]

    assert found == [] if not sentence else any(sentence in one for one in found), found
