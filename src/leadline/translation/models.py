"""What models take: their longest output and the sampling parameters that they refuse."""

import re

import msgspec

from leadline.vocabulary import WireProtocol


class Takes(msgspec.Struct, frozen=True, kw_only=True):
    """`output_limit` None = not known. `unless_said` is the limit for a client that gave none, where the
    protocol demands one. `hottest` is the highest temperature, 0 = it takes no sampling parameters. How much
    it thinks is told in `efforts` (words, empty = not so), or in tokens between two `budgets`.
    """

    output_limit: int | None = None
    unless_said: int = 4096
    hottest: float = 2.0
    both_temperature_and_top_p: bool = True
    stop_sequences: int = 4
    reasons: bool = False
    efforts: tuple[str, ...] = ()
    budgets: tuple[int, int] | None = None


EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""From not at all to as much as it can."""
_OF_OPENAI: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    # https://platform.openai.com/docs/guides/reasoning; some models take one of them alone
    (re.compile(r"gpt-5(?:\.\d+)?-(?:pro|chat)|o1-(?:mini|preview)"), ()),
    (re.compile(r"gpt-5\.1(?!\d)"), ("none", "low", "medium", "high")),
    (re.compile(r"gpt-5\.\d+"), ("none", "low", "medium", "high", "xhigh")),
    (re.compile(r"gpt-5-codex|codex"), ("low", "medium", "high")),
    (re.compile(r"gpt-5"), ("minimal", "low", "medium", "high")),
    (re.compile(r""), ("low", "medium", "high")),
)
_OF_GEMINI: tuple[tuple[str, tuple[str, ...], tuple[int, int] | None], ...] = (
    # https://ai.google.dev/gemini-api/docs/thinking
    ("gemini-3-pro", ("low", "high"), None),
    ("gemini-3.1-pro", ("low", "medium", "high"), None),
    ("gemini-3", ("minimal", "low", "medium", "high"), None),
    ("gemini-2.5-pro", (), (128, 32_768)),
    ("gemini-2.5", (), (0, 24_576)),
)
_CLAUDE = re.compile(r"claude-(?:([a-z]+)-)?(\d+)(?:[-.](\d{1,2})(?!\d))?")
_OPENAI_REASONING = re.compile(r"(?:.*/)?(?:o[134](?!\w)|gpt-5|gpt-6|codex)")
_CLAUDE_OUTPUT: tuple[tuple[tuple[int, int], int, int], ...] = (
    # from this version on: the longest output of an Opus, of the others
    ((4, 6), 128_000, 64_000),
    ((4, 5), 64_000, 64_000),
    ((4, 0), 32_000, 64_000),
    ((3, 7), 64_000, 64_000),
    ((3, 5), 8_192, 8_192),
    ((0, 0), 4_096, 4_096),
)
"""https://platform.claude.com/docs/en/about-claude/models/overview"""
_LIMITS: dict[WireProtocol, tuple[tuple[str, int], ...]] = {
    # https://platform.openai.com/docs/models
    WireProtocol.OPENAI_CHAT: (
        *(("gpt-5", 128_000), ("o1", 100_000), ("o3", 100_000), ("o4-mini", 100_000)),
        *(("gpt-4.1", 32_768), ("gpt-4o", 16_384), ("gpt-4-turbo", 4_096), ("gpt-3.5-turbo", 4_096)),
    ),
    # https://ai.google.dev/gemini-api/docs/models
    WireProtocol.GEMINI_GENERATE: (
        *(("gemini-3", 65_536), ("gemini-2.5", 65_536)),
        *(("gemini-2.0", 8_192), ("gemini-1.5", 8_192)),
    ),
}
_DEFAULT_LIMIT = 32_000
_SAMPLING_REMOVED_SINCE, _ONE_OF_TWO_SINCE = (4, 7), (4, 1)
_THINKS_SINCE, _EFFORT_SINCE = (3, 7), (4, 6)
_CLAUDE_EFFORTS = ("low", "medium", "high", "max")
"""https://platform.claude.com/docs/en/build-with-claude/effort, beside adaptive thinking"""


def takes(protocol: WireProtocol, model: str) -> Takes:
    """What a model takes, by its name; a name that is not known is taken for a model without known limits."""
    name = model.rpartition("/")[2]
    if protocol is WireProtocol.ANTHROPIC_MESSAGES:
        return _claude(name)
    limit = next((most for start, most in _LIMITS.get(protocol, ()) if name.startswith(start)), None)
    if protocol is WireProtocol.GEMINI_GENERATE:
        found = next((row for row in _OF_GEMINI if name.startswith(row[0])), ("", (), None))
        return Takes(output_limit=limit, stop_sequences=5, efforts=found[1], budgets=found[2])
    reasons = _OPENAI_REASONING.match(model) is not None
    return Takes(
        output_limit=limit,
        hottest=0.0 if reasons else 2.0,
        stop_sequences=0 if reasons else 4,
        reasons=reasons,
        efforts=next(words for model, words in _OF_OPENAI if model.match(name)) if reasons else (),
    )


def _claude(name: str) -> Takes:
    found = _CLAUDE.match(name)
    if found is None:
        return Takes(hottest=1.0, stop_sequences=8191)
    version = (int(found.group(2)), int(found.group(3) or 0))
    opus, others = next(limits for since, *limits in _CLAUDE_OUTPUT if version >= since)
    limit = opus if found.group(1) == "opus" else others
    return Takes(
        output_limit=limit,
        unless_said=min(limit, _DEFAULT_LIMIT),
        hottest=0.0 if version >= _SAMPLING_REMOVED_SINCE else 1.0,
        both_temperature_and_top_p=version < _ONE_OF_TWO_SINCE,
        stop_sequences=8191,
        efforts=_CLAUDE_EFFORTS if version >= _EFFORT_SINCE else (),
        budgets=(1_024, limit) if _THINKS_SINCE <= version < _EFFORT_SINCE else None,
    )
