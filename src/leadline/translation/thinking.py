"""How much a model is to think before it answers, from one protocol's measure to another's.

OpenAI has words, Google budgets of tokens (2.5) or words (3), Anthropic budgets (3.7 to 4.5) or words. The
budgets that words stand for are Google's own: https://ai.google.dev/gemini-api/docs/openai#thinking.
"""

from leadline.translation.fields import Fields
from leadline.translation.models import EFFORTS, Takes
from leadline.translation.neutral import Asked, Losses, Thinking, ToolResult

OFF = "none"
_BUDGETS = {
    OFF: 0,
    "minimal": 1_024,
    "low": 1_024,
    "medium": 8_192,
    "high": 24_576,
    "xhigh": 32_768,
    "max": 65_536,
}
_UNLIMITED = -1
"""Google's word for: as much as the question needs."""


def of_word(word: str, name: str, losses: Losses) -> Thinking | None:
    """`name` is what the client calls it. A word that nobody knows is named."""
    if not word:
        return None
    if word.lower() not in EFFORTS:
        losses.add(name)
        return None
    return Thinking(effort=word.lower())


def of_messages(given: Fields | None, effort: str, losses: Losses) -> Thinking | None:
    """Anthropic's `thinking`, with the effort of `output_config`."""
    if given is None:
        return of_word(effort, "output_config.effort", losses)
    kind, budget = given.text("type"), given.whole("budget_tokens")
    given.take("display", str)  # no reasoning is carried over, so how it is shown says nothing
    if kind == "disabled":
        return Thinking(effort=OFF)
    if kind == "enabled" and budget:
        return Thinking(budget=budget)
    if kind == "adaptive":
        return of_word(effort or "high", "output_config.effort", losses)
    losses.add("thinking")
    return None


def of_generate(given: Fields | None, losses: Losses) -> Thinking | None:
    """Google's `thinkingConfig`."""
    if given is None:
        return None
    if given.flag("includeThoughts"):
        losses.add("generationConfig.thinkingConfig.includeThoughts")
    budget, level = given.whole("thinkingBudget"), given.text("thinkingLevel")
    if level:
        return of_word(level, "generationConfig.thinkingConfig.thinkingLevel", losses)
    return None if budget is None or budget == _UNLIMITED else Thinking(budget=budget)


def fitted(asked: Asked, takes: Takes, losses: Losses) -> Thinking | None:
    """In the measure that the target's model takes: what is only near to what was asked is named, and so is
    what it does not take at all.
    """
    wanted = asked.thinking
    if wanted is None:
        return None
    if takes.efforts:
        return Thinking(effort=_word(wanted, asked, takes.efforts, losses))
    if takes.budgets is not None:
        return Thinking(budget=_budget(wanted, asked, takes.budgets, losses))
    if not _is_off(wanted):
        losses.add(asked.words["thinking"])
    return None


def fitted_for_messages(asked: Asked, takes: Takes, most_tokens: int, losses: Losses) -> Thinking | None:
    """What Anthropic takes beside the rest of the request: no forced call, a budget below the limit, and in
    the middle of calls no budget, since the reasoning that led to them is not there.
    """
    wanted = asked.thinking
    if wanted is None or _is_off(wanted):
        return None  # it thinks only when it is told to
    in_calls = bool(asked.turns) and any(isinstance(part, ToolResult) for part in asked.turns[-1].parts)
    forced = bool(asked.tools) and asked.choice.mode == "required"
    if forced or (in_calls and not takes.efforts):
        losses.add(asked.words["thinking"])
        return None
    found = fitted(asked, takes, losses)
    if found is None or found.budget is None or takes.budgets is None:
        return found
    budget = min(found.budget, most_tokens // 2)
    if budget < takes.budgets[0]:
        losses.add(asked.words["thinking"])
        return None
    return Thinking(budget=budget)


def _is_off(wanted: Thinking) -> bool:
    return wanted.effort == OFF or wanted.budget == 0


def _word(wanted: Thinking, asked: Asked, known: tuple[str, ...], losses: Losses) -> str:
    word = wanted.effort or _word_of(wanted.budget or 0)
    found = min(known, key=lambda one: abs(EFFORTS.index(one) - EFFORTS.index(word)))
    if found != word or (wanted.budget is not None and not _is_off(wanted)):
        losses.add(asked.words["thinking"])
    return found


def _budget(wanted: Thinking, asked: Asked, limits: tuple[int, int], losses: Losses) -> int:
    lowest, most = limits
    budget = _BUDGETS[wanted.effort] if wanted.budget is None else wanted.budget
    found = min(max(budget, lowest), most)
    if found != budget and (wanted.budget is not None or _is_off(wanted)):
        losses.add(asked.words["thinking"])
    return found


def _word_of(budget: int) -> str:
    """The first word whose budget is enough."""
    return next((word for word in (OFF, "low", "medium", "high") if budget <= _BUDGETS[word]), "xhigh")
