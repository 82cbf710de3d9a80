"""Keys, tokens and passwords."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.guards.secrets import Secrets
from leadline.vocabulary import Place

LETTERS = string.ascii_letters + string.digits
GUARD = Secrets()


def found(text):
    return [(one.label, text[one.start : one.end]) for one in GUARD.scan(text, Place.OUTPUT)]


def letters(count):
    """The same letters each time, mixed as a random key's are; no key of anybody's."""
    return "".join(LETTERS[(7 * at * at + 11 * at) % len(LETTERS)] for at in range(count))


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("aws_access_key", "AKIA" + "Q3DGE2RSBH4X7MNB"),
        ("github", "ghp_" + letters(36)),
        ("github", "github_pat_" + letters(22) + "_" + letters(59)),
        ("gitlab", "glpat-" + letters(20)),
        ("anthropic", "sk-ant-api03-" + letters(95)),
        ("openai", "sk-proj-" + letters(120)),
        ("openai", "sk-" + letters(20) + "T3BlbkFJ" + letters(20)),
        ("google", "AIza" + letters(35)),
        ("slack", "xoxb-16848064459-496675777247-" + letters(24)),
        ("stripe", "sk_live_" + letters(24)),
        ("npm", "npm_" + letters(36)),
        ("hugging_face", "hf_" + letters(34)),
        ("jwt", f"eyJ{letters(20)}.eyJ{letters(40)}.{letters(43)}"),
        ("password_in_address", "postgres://app:zpvTQECLFUfZkt@"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "use {} please", 'KEY="{}"', "a=1\nb={}\nc=3"])
def test_a_key_is_found_by_the_form_its_issuer_gives_it(label, key, around):
    assert (label, key) in found(around.format(key))


def test_a_private_key_is_found_whole():
    key = f"-----BEGIN RSA PRIVATE KEY-----\n{letters(64)}\n{letters(60)}\n-----END RSA PRIVATE KEY-----"

    assert found(f"here:\n{key}\nthanks") == [("private_key", key)]


@pytest.mark.parametrize(
    "text",
    [
        'password = "{}"',
        "DB_PASSWORD: {}",
        "api_key={}",
        '"client_secret": "{}",',
        "Authorization: Bearer {}",
    ],
)
def test_a_random_value_beside_a_telling_name_is_found_without_the_name(text):
    value = "NYtMR3FYe6GK8sPq"

    assert found(text.format(value)) == [("assigned", value)]


@pytest.mark.parametrize(
    "text",
    [
        "password: <your-password>",
        "token=xxxxxxxxxxxxxxxxxxxx",
        "export OPENAI_API_KEY=sk-...",
        "password = os.environ['DB_PASSWORD']",
        "api_key: env:OPENAI_API_KEY and secret=${VAULT_SECRET}",
        "token: string, secret: Optional[str], password=getpass()",
        "the password reset link expires after 24 hours and the secret to good coffee is patience",
        "sha256:b6911c78d022ce2f32478d42f909b15a7df7764ccc6d6cb2c0d54a8e74e3cc15",
        "commit b7f9948e79ae58cb6ef555b296bc02db88a7f138",
        "00-0d170b097a00392ea0c6571b0cfd55da-0bc3ab1291915126-01",
        "arn:aws:s3:::bucket-q4b0qm and ORD-QG3RWPQEQ6 and cb084fe9-ca95-3c1f-39c8-e6cc2f68c513",
        "http://example.com:8080/a@b",
    ],
)
def test_placeholders_hashes_and_identifiers_are_left_alone(text):
    assert found(text) == []


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    assert all(0 <= one.start < one.end <= len(text) for one in GUARD.scan(text, Place.OUTPUT))


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("curl -u admin:", "TClTNm9yC9Qeh48c"),
        ("my password is ", "6PwtT$6bxkMx"),
        ("Das Passwort lautet: ", "6PwtT$6bxkMx"),
        ("machine api.example.com login bot password ", "9PwtT7bxkMx3"),
        ("deploy --token ", "k3Jd82hZk1Lw"),
        ("<apiKey>", "k3Jd82hZk1Lw9sQp"),
        ("mysql --password=", "bFpZACZkuSztXk"),
    ],
)
def test_a_secret_is_found_wherever_its_name_stands(before, value):
    assert found(f"{before}{value}" + ("</apiKey>" if "<" in before else "")) == [("assigned", value)]


@pytest.mark.parametrize("prefix", ["sk-", "acme_api_", "corp-key-", "pat_"])
def test_a_key_of_an_unknown_issuer_is_known_by_how_it_begins(prefix):
    assert found(f"use {prefix}{letters(32)} now") == [("key", prefix + letters(32))]


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "sk-ant-api03-your-key-goes-here-xxxxxxxxxxxxxxxx",
        "apiKey: process.env.API_KEY_2",
        "password = self._read_password(path2)",
        "secret_arn: arn:aws:secretsmanager:eu-west-1:681406022147:secret:prod/db-b2o7v0",
        "password_changed_at: 2026-03-05T08:15:00Z, token_url: oauth2/v2.0",
        "tokenizer: cl100k_base",
        "password_file: /run/secrets/db_12",
        "toolu_01A09q90qw90lq917835lq9T and chatcmpl-AbC123dEf456GhI789jKl012MnO34 and pk_live_"
        + letters(24),
        "token_2026_03_01_backup_of_everything_v2",
    ],
)
def test_settings_references_and_identifiers_are_no_secrets(text):
    assert found(text) == []


def test_a_name_of_something_else_hides_no_secret_behind_it():
    assert found("token_url=https://login.example?token=k3Jd82hZk1Lw9sQp") == [
        ("assigned", "k3Jd82hZk1Lw9sQp")
    ]
