"""The forms that issuers give their keys, and values that look random beside a telling name."""

import math
import re
import string
from collections import Counter
from collections.abc import Iterator

import msgspec


class Form(msgspec.Struct, frozen=True):
    """`mark` stands in every text that matches `pattern`: looking for it first is what makes this cheap."""

    label: str
    mark: str
    pattern: re.Pattern[str]


def _form(label: str, mark: str, pattern: str) -> Form:
    return Form(label, mark, re.compile(rf"(?<![A-Za-z0-9_]){pattern}"))


FORMS = (
    *(_form("aws_access_key", mark, rf"{mark}[A-Z0-9]{{16}}(?![A-Za-z0-9])") for mark in ("AKIA", "ASIA")),
    *(_form("github", f"gh{kind}_", rf"gh{kind}_[A-Za-z0-9]{{36,255}}") for kind in "pousr"),
    _form("github", "github_pat_", r"github_pat_\w{36,255}"),
    _form("gitlab", "glpat-", r"glpat-[\w.-]{20,64}"),
    _form("anthropic", "sk-ant-", r"sk-ant-[\w-]{24,200}"),
    _form("openai", "T3BlbkFJ", r"sk-[\w-]{16,200}?T3BlbkFJ[\w-]{16,200}"),
    _form("openai", "sk-", r"sk-(?:proj|svcacct|admin|or-v1)-[\w-]{24,300}"),
    _form("google", "AIza", r"AIza[\w-]{35}(?![\w-])"),
    _form("google_oauth", "GOCSPX-", r"GOCSPX-[\w-]{28}"),
    _form("slack", "xox", r"xox[abeoprs]-[A-Za-z0-9-]{20,255}"),
    _form("slack", "hooks.slack.com", r"https://hooks\.slack\.com/(?:services|workflows)/[\w/]{20,120}"),
    _form("stripe", "k_live_", r"[rs]k_live_[A-Za-z0-9]{16,255}"),
    _form("stripe", "k_test_", r"[rs]k_test_[A-Za-z0-9]{16,255}"),
    _form("stripe_webhook", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,128}"),
    _form("jwt", "eyJ", r"eyJ[\w-]{8,4096}\.eyJ[\w-]{8,8192}\.[\w-]{16,2048}"),
    _form(
        "private_key",
        "PRIVATE KEY-----",
        r"-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----(?:[^-]|-(?!----)){16,16384}"
        r"(?:-----END (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----)?",
    ),
    _form("npm", "npm_", r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
    _form("pypi", "pypi-", r"pypi-[\w-]{50,400}"),
    _form("sendgrid", "SG.", r"SG\.[\w-]{16,32}\.[\w-]{32,64}"),
    _form("twilio", "SK", r"(?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])"),
    _form("hugging_face", "hf_", r"hf_[A-Za-z0-9]{30,64}"),
    _form("azure", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{64,128}={0,2}"),
    _form("azure_sas", "sig=", r"sig=[A-Za-z0-9%]{43,128}(?:%3D|=)"),
    _form("digitalocean", "do", r"do[opr]_v1_[a-f0-9]{64}"),
    _form("telegram", ":AA", r"\d{8,10}:AA[\w-]{33}"),
    _form("discord", "discord", r"https://discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,80}"),
    _form("shopify", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    _form("groq", "gsk_", r"gsk_[A-Za-z0-9]{40,64}"),
    _form("xai", "xai-", r"xai-[A-Za-z0-9]{64,96}"),
    _form(
        "password_in_address",
        "://",
        r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@'\"<>]{0,64}:(?!\$?[{<*]|\*|xxx|password@|pass@|PASSWORD@)[^\s/@'\"<>]{3,128}@",
    ),
)

_NAMED = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|account[_-]?key|auth[_-]?key"
    r"|private[_-]?key|credentials?|client[_-]?secret|encryption[_-]?key|signing[_-]?key)"
    r"[\w-]{0,24}[\"']?\s{0,4}(?:=>|:=|=|:)\s{0,4}(?:bearer\s|basic\s)?(?P<quote>[\"'`]?)"
    r"(?P<value>[^\s\"'`,;<>(){}\[\]]{6,512})"
)
_LOWER = {ord(letter): letter.lower() for letter in string.ascii_uppercase}
"""Keeps every place in the text, as `str.lower` does not; without flags a pattern is searched faster."""
_BEARER = re.compile(r"\b(?:Bearer|Basic)\s(?P<value>[\w+/.=~-]{16,4096})")
_STANDS_IN = re.compile(
    r"\$|%\w+%|env:|file:|vault:|(?:your|my|the|some|example|sample|dummy|fake|test|change|replace|insert|enter"
    r"|redacted|placeholder|secret|password|token|api)[_-]?(?:\w*[_-]|key|me|here|password|token|\b)",
    re.IGNORECASE,
)
_CALL_OR_NAME = re.compile(r"[A-Za-z_]+(?:\.[A-Za-z_]+)*")
_LEAST_BITS = 2.6
"""Shannon entropy of the letters, bits: words of a language lie below, random values of 10 letters above."""
_KINDS = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())


def assigned_values(text: str) -> Iterator[tuple[int, int]]:
    for pattern, searched in ((_NAMED, text.translate(_LOWER)), (_BEARER, text)):
        for match in pattern.finditer(searched):
            start, end = match.span("value")
            if _looks_random(text[start:end]):
                yield start, end


def _looks_random(value: str) -> bool:
    """Several kinds of letters, none of them much more often than the others, and no placeholder."""
    if "..." in value or _STANDS_IN.match(value) or _CALL_OR_NAME.fullmatch(value) or "://" in value:
        return False
    kinds = sum(any(is_one(letter) for letter in value) for is_one in _KINDS)
    mixed = kinds > 2 or (kinds > 1 and any(map(str.isdigit, value)))
    return mixed and _entropy(value) >= _LEAST_BITS


def _entropy(value: str) -> float:
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
