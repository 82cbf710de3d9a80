"""A well-formed file can still lead nowhere, or open a door; each such mistake is told."""

import textwrap

import pytest

from leadline.configuration.reading import read
from leadline.configuration.secrets import Secrets
from leadline.wiring.listening import address
from leadline.wiring.soundness import mistakes, unset_secrets

PROVIDERS = "providers: {main: {type: openai, api_key: env:A}, claude: {type: anthropic, api_key: env:B}}\n"


CHAT = "models: {chat: {targets: [{provider: main}]}}"


def told(text):
    return [str(mistake) for mistake in mistakes(read(PROVIDERS + text))]


def test_a_sound_file_has_no_mistakes():
    assert told(CHAT) == []


def test_targets_of_two_protocols_are_translated_between():
    assert told("models: {a: {targets: [{provider: main}, {provider: claude}]}}") == []


def test_a_setting_of_a_destination_may_be_a_reference():
    mail = "{type: email, url: env:MAIL, sender: a@b.example, recipients: [c@d.example], password: env:P}"

    assert told(f"destinations: {{mail: {mail}}}") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "models: {a: {targets: [{provider: mian}]}}",
            "there is no provider 'mian' under `providers:`. Did you mean",
        ),
        (
            "models: {a: {translate: false, targets: [{provider: main}, {provider: claude}]}}",
            "must share a protocol",
        ),
        ("keys: [{alias: a, key: env:K}, {alias: a, key: env:L}]", "is given to two keys"),
        (
            "deep_checks: [{type: judge, settings: {model: chatt, budget_usd_per_day: 1}}]\n" + CHAT,
            "there is no model alias 'chatt' under `models:`. Did you mean 'chat'?",
        ),
        ("keys: [{alias: a}]", "give either `key: env:NAME` or `sha256:`"),
        ("keys: [{alias: a, key: env:K, models: [gpt]}]", "there is no model alias 'gpt'"),
        ("checks: [{type: json_shema}]", "Did you mean 'json_schema'?"),
        ("checks: [{type: json_schema, settings: {typo: 1}}]", "typo"),
        (
            "destinations: {a: {type: webhook, ulr: 'https://x'}}",
            "a.ulr: there is no such setting here. Did you",
        ),
        (
            "destinations: {a: {type: webhook, ulr: 'https://x'}}",
            "a.url: this is missing and has no default. Is",
        ),
        ("destinations: {a: {type: webhook, url: x}}", "a.url: the address must begin with"),
        ("destinations: {a: {type: webhook, url: 5}}", "a.url: expected `str`, got `int`."),
        (
            "destinations: {a: {type: pagerduty, routing_key: R0UT1NG}}",
            "a.routing_key: a secret is given by ref",
        ),
        ("watch: {listen: 127.0.0.1:8601}", "127.0.0.1:8601 is where the control listens; choose another"),
        ("destinations: {a: {url: x}}", "`type` is missing"),
        ("destinations: {a: {type: webhok, url: x}}", "Did you mean 'webhook'?"),
        (
            "routing: {pagr: [{at_least: high}]}\ndestinations: {pager: {type: webhook, url: 'https://x'}}",
            "there is no destination 'pagr' under `destinations:`. Did you mean 'pager'?",
        ),
        ("routing: {a: [{hours: 8-18}]}", "write them like 08:00-18:00"),
        ("routing: {a: [{days: [monday]}]}", "write it like mon-fri or sat"),
        ("routing: {a: [{timezone: Berlin}]}", "write it like Europe/Berlin or UTC"),
        ("routing: {a: [{categories: [costs]}]}", "'provider', 'quality', 'cost', 'security' or 'data'"),
        ("routing: {a: [{at_leest: high}]}", "Did you mean 'at_least'?"),
        ("routing: {a: []}", "at least 1 item"),
        (
            "destinations: {a: {type: email, url: 'ftp://x', sender: a@b.c, recipients: [c@d.e]}}",
            "`url` begins with smtp://",
        ),
        ("watch: {rules: {overrides: {tick: 3}}}", "there is no rule 'tick'. Did you mean 'tick_s'?"),
        ("watch: {rules: {overrides: {tick_s: -3}}}", "tick_s"),
        ("watch: {rules: {overrides: {zzz: 3}}}", "docs/reference/rules.md has them all"),
        ("watch: {rules: {overrides: {hard_ratio: 20}}}", "it is a share, from 0 to 1"),
        ("watch: {rules: {overrides: {egress_patience_ticks: 1.5}}}", "it counts whole things"),
        (
            "watch: {rules: {overrides: {hard_ratio: 0.1}}}",
            "the rule hard_clear_ratio is 0.16, above hard_ratio with 0.1",
        ),
        ("watch: {rules: {overrides: {token_clear_share: 0.5}}}", "set both"),
        ("watch: {baseline: {mitigation: {sekurity: 0}}}", "mitigation"),
        (
            "watch: {baseline: {retrieval: {kb: {usual: 0.5, threshold: 0.7}}}}",
            "must lie above the threshold",
        ),
        ("gateway: {listen: 0.0.0.0:8600}", "can be reached from other machines without TLS"),
        ("gateway: {listen: 0.0.0.0:8600, behind_proxy: true}", "needs `keys:`"),
        ("control: {listen: nowhere}", "is not an address; write HOST:PORT"),
        ("watch: {watchdog: {destination: dog}}", "there is no destination 'dog'"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_cure(text, words):
    found = told(text)

    assert any(words in line for line in found), found
    assert all(line.startswith("line 2") for line in found)


def test_what_is_malformed_hides_no_other_mistake_and_invents_none():
    text = """\
    providers:
      a: {type: opnai, api_key: env:A}
      b: {type: openai, api_key: sk-inline}
    models:
      m: {targets: [{provider: b}, {provider: c}]}
      broken: {targets: []}
    keys: [{alias: k, key: env:K, models: [broken, nowhere]}]
    destinations: {d: {type: webhok, url: "https://x"}}
    gateway: {listen: 0.0.0.0:8600, behind_proxy: true, workers: many}
    """
    lines = [str(m).split(":")[0] for m in mistakes(read(textwrap.dedent(text)))]

    assert lines == [
        "line 2, providers.a.type",
        "line 3, providers.b.api_key",
        "line 5, models.m.targets[1].provider",
        "line 6, models.broken.targets",
        "line 7, keys[0].models[1]",
        "line 8, destinations.d.type",
        "line 9, gateway.workers",
    ]


def test_a_misspelt_section_is_one_mistake_and_not_one_for_each_name_in_it():
    [line] = [
        str(m)
        for m in mistakes(
            read("providrs: {a: {type: openai, api_key: env:A}}\nmodels: {m: {targets: [{provider: a}]}}")
        )
    ]

    assert "Did you mean 'providers'?" in line


def test_a_secret_of_a_destination_is_not_repeated():
    assert not [
        line for line in told("destinations: {a: {type: pagerduty, routing_key: R0UT1NG}}") if "R0U" in line
    ]


def test_an_unknown_provider_type_is_told_the_nearest():
    [line] = [str(m) for m in mistakes(read("providers: {a: {type: opnai, api_key: env:A}}"))]

    assert "there is no provider type 'opnai'. Did you mean 'openai'?" in line


def test_references_that_lead_nowhere_are_named_without_values():
    config = read(PROVIDERS + "destinations: {a: {type: webhook, url: u, headers: {x: env:HOOK}}}").config
    assert config is not None

    found = unset_secrets(config, Secrets({"A": "sk-secret"}))

    assert [("B" in line, "HOOK" in line) for line in found] == [(True, False), (False, True)]


def test_an_address_may_be_ipv6():
    assert address("[::1]:8600") == ("::1", 8600)


def test_two_providers_at_one_address_need_the_same_tls_files():
    account = "{type: openai, api_key: env:A, base_url: 'https://h%s'%s}"
    first, second = account % ("/v1", ", tls: {ca_file: x}"), account % (":443/v2", "")

    [line] = [str(m) for m in mistakes(read(f"providers: {{a: {first}, b: {second}}}"))]
    assert "'a' is at the same address" in line


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("checks: [{type: token_mismatch, settings: {tolerance: -1}}]", "checks[0].settings.tolerance"),
        ("checks: [{type: entities, settings: {cap_chars: 0}}]", ">= 1"),
        ("checks: [{type: entities}, {type: entities}]", "stands here twice"),
        ("deep_checks: [{type: drift, settings: {window: 0}}]", "deep_checks[0].settings.window"),
        ("deep_checks: [{type: retrieval, settings: {window: 99999999999999999999}}]", "<= 1000000000"),
        ("deep_checks: [{type: retrieval, settings: {size_factor: 0.5}}]", "> 1"),
        ("deep_checks: [{type: drift}, {type: drift}]", "'drift' stands here twice"),
        (
            "deep_checks: [{type: self_consistency, settings: {budget_usd_per_day: .nan}}]",
            "settings.budget_usd_per_day: nan is no number",
        ),
    ],
)
def test_a_setting_out_of_its_range_and_a_check_named_twice_are_mistakes(written, sentence):
    assert any(sentence in str(one) for one in mistakes(read(written)))
