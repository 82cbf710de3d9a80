"""Words of policies and names of features that cannot mean what they say: refused, or told as a warning."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.configuration.reading import read
from leadline.wiring.doubts import doubts
from leadline.wiring.soundness import mistakes

RUNGS = "fallback: {guardrail: [{type: template, text: Sorry.}]}"


def house(word="fall_back", *, chat="", mail="", rails="everywhere: [p]", keys=(), more="", **policy):
    mode, guard = policy.get("mode", "enforce"), policy.get("guard", "names")
    rule = f"{{guard: {guard}, places: [output], word: {word}}}"
    return f"""\
providers: {{main: {{type: openai, api_key: env:A}}}}
models:
  chat: {{targets: [{{provider: main}}], {chat}}}
  mail: {{targets: [{{provider: main}}], {mail}}}
keys: [{", ".join(f"{{key: env:K, {key}}}" for key in keys)}]
{more}
guardrails:
  {rails}
  guards:
    names: {{type: words, words: [nightjar]}}
    rude: {{type: words, words: [x], kind: quality.format}}
  policies: {{p@1: {{mode: {mode}, stream: hold, rules: [{rule}]}}}}
"""


def refused(text):
    return [str(one) for one in mistakes(read(text))]


def doubted(text):
    assert refused(text) == []
    return [str(one) for one in doubts(read(text))]


def test_a_word_that_has_nothing_to_fall_back_on_is_refused():
    [line] = refused(house())

    assert line.startswith("line 12, guardrails.policies.p@1.rules[0].word: nothing to fall back on")
    assert "choose `word: block`" in line


@pytest.mark.parametrize(
    "fine",
    [
        house(chat=RUNGS, mail=RUNGS),
        house(chat=f"policies: [p], {RUNGS}", rails=""),
        house(mode="monitor"),
        house("block"),
        house(rails="features: {}"),
        house(guard="rude", chat="fallback: {validation: [{type: echo}]}", rails="", mail="policies: []"),
    ],
)
def test_a_word_that_can_be_kept_or_is_in_force_nowhere_is_no_matter(fine):
    assert doubted(fine) == []


def test_rungs_for_another_failure_do_not_help():
    assert refused(house(chat="fallback: {error: [{type: echo}]}")) != []
    assert refused(house(chat="fallback: {guardrail: []}")) != []
    assert refused(house(guard="rude", chat=RUNGS)) != []


def test_models_without_rungs_are_a_warning_where_others_have_them():
    [line] = doubted(house(chat=RUNGS))

    assert "calls of 'mail' find no rungs under `guardrail` and end in an error." in line


def test_the_ladder_of_a_feature_helps():
    ladder = "fallbacks: {bot: {guardrail: [{type: echo}]}}"

    assert refused(house(more=ladder, rails="features: {bot: [p]}")) == []
    assert refused(house(more=ladder, rails="features: {web: [p]}")) != []


def test_a_key_that_keeps_no_text_cannot_have_a_policy_that_holds():
    [line] = refused(house("hold", rails="", keys=("alias: a, capture: facts, policies: [p]", "alias: b")))

    assert "nobody could read what is held" in line


def test_where_other_keys_can_be_held_the_key_that_names_the_policy_is_the_mistake():
    keys = ("alias: a, capture: facts, policies: [p]", "alias: b")

    [line] = refused(house("hold", keys=keys))

    assert "keys[0].policies[0]: this policy holds texts for a person" in line


def test_a_key_without_text_among_others_is_a_warning():
    [line] = doubted(house("hold", keys=("alias: a, capture: facts", "alias: b")))

    assert "no text of 'a' may be kept (`capture: facts`), so `hold` blocks it." in line


def test_only_keys_that_may_ask_the_model_count():
    keys = ("alias: a, capture: facts, models: [mail]", "alias: b, models: [chat]")

    assert doubted(house("hold", chat="policies: [p]", rails="", keys=keys)) == []
    assert refused(house("hold", mail="policies: [p]", rails="", keys=keys)) != []


def test_what_is_malformed_is_not_taken_for_missing():
    broken = house(chat=RUNGS + ", retries: many")

    assert len(refused(broken)) == 1


FEATURE = "features: {supprot: [p]}"


def test_a_feature_that_no_key_may_choose_is_told_with_the_nearest():
    [line] = doubted(house("block", rails=FEATURE, keys=("alias: a, features: [support], feature: support",)))

    assert (
        "guardrails.features.supprot: no key may choose the feature 'supprot'. Did you mean 'support'?"
        in line
    )


def test_where_keys_may_choose_any_only_a_name_like_a_known_one_is_told():
    named, free = "alias: a, features: [support]", "alias: b"

    assert "Did you mean 'support'?" in doubted(house("block", rails=FEATURE, keys=(named, free)))[0]
    assert doubted(house("block", rails="features: {sales: [p]}", keys=(named, free))) == []
    assert doubted(house("block", rails="features: {support: [p]}", keys=(named, free))) == []
    assert doubted(house("block", rails=FEATURE)) == []


def test_a_ladder_of_such_a_feature_is_told_too():
    keys = ("alias: a, features: [support]",)

    assert "fallbacks.shop" in doubted(house("block", more="fallbacks: {shop: {}}", keys=keys))[0]


def test_the_command_tells_warnings_and_calls_the_file_sound(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text(house(chat=RUNGS))

    told = CliRunner().invoke(app, ["check", str(path)])
    plain = json.loads(CliRunner().invoke(app, ["check", str(path), "--json"]).output)

    assert told.exit_code == 0
    assert f"warning: {path}, line 12, guardrails.policies.p@1.rules[0].word: calls of 'mail'" in told.output
    assert (plain["mistakes"], len(plain["warnings"])) == ([], 1)
