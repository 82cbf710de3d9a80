"""What deep checks found over windows of answers, as rules like all others."""

import msgspec

from leadline.triage.keys import CATEGORY, SUBTYPE
from leadline.triage.merging import later
from leadline.triage.reading import Now, Reading
from leadline.vocabulary import Condition, FailureCategory
from leadline.vocabulary.tally import Tally

FORGET_AFTER_S = 86_400.0
"""A condition that no check has renewed for a day is no longer known to hold."""


class ToldWatch(msgspec.Struct):
    """The latest of each condition that is, or has lately been, breached."""

    conditions: dict[str, Condition] = {}

    def absorb(self, now: Now, tally: Tally) -> None:
        for name, condition in tally.conditions.items():
            if name in self.conditions or condition.breached:
                self.conditions[name] = later(self.conditions, condition)
        self.conditions = {
            name: one
            for name, one in self.conditions.items()
            if (one.breached and not _is_over(one, now)) or _key(one) in now.open_keys
        }

    def readings(self, now: Now) -> list[Reading]:
        return [_reading(condition, now) for condition in self.conditions.values()]


def _reading(condition: Condition, now: Now) -> Reading:
    over = _is_over(condition, now)
    return Reading(
        key=_key(condition),
        subtype=SUBTYPE[condition.kind],
        breached=condition.breached and not over,
        clear=condition.clear or over,
        measure=condition.measure,
        measured=condition.measured,
        threshold=condition.threshold,
        condition=condition.kind,
        where=condition.where,
        feature=condition.feature,
        evidence=condition.evidence[:200],
    )


def _is_over(condition: Condition, now: Now) -> bool:
    until = condition.until if condition.until is not None else condition.at + FORGET_AFTER_S
    return now.at > until


def _key(condition: Condition) -> str:
    match CATEGORY[condition.kind]:
        case FailureCategory.QUALITY:
            return f"QUALITY:{condition.where.provider}/{condition.where.model}"
        case FailureCategory.SECURITY:
            return f"SECURITY:{condition.tenant}"
        case FailureCategory.COST:
            return f"COST:{condition.feature}"
        case FailureCategory.DATA:
            return f"DATA:{condition.feature}"
        case FailureCategory.PROVIDER:
            return f"PROVIDER:{condition.where.provider}"
