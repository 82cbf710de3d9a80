"""Texts that take command of a model: prompt injection and jailbreaks."""

from typing import ClassVar

import msgspec

from leadline.checks.guards import CostClass, Guard
from leadline.checks.guards._attack_patterns import PATTERNS
from leadline.checks.guards._attack_score import judged
from leadline.checks.guards._linear import shipped
from leadline.vocabulary import FailureKind, Finding, Place

_LEAST = 0.1


class Injection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Finds what a user writes to set a model's instructions aside (`security.injection`: override, prompt
    leak, forged turns) or to talk it out of its limits (`security.jailbreak`: personas, "developer mode",
    games with tokens). It judges a text as a whole; of a long one each page of 4,096 characters. `score` is
    one half where, on data held out, one harmless text in a hundred is still flagged.

    Reads past spaced-out letters, a word a line, l33t and Morse code, and past rot13 and backwards writing
    where they hold a word such as "ignore" or two everyday ones; the phrases are known in sixteen
    languages, the learnt part is English, with some German, French, Spanish, Chinese and Russian.
    docs/guardrails.md has a table of disguises.

    Of 85 fresh attacks of 12 sorts about three in four are found (it was two in five). Of long harmless
    documents of Python's own, held out, none is flagged; of 760 manuals, READMEs, e-mails and sources of
    others, in nine languages, one.

    Blind spots: a kind of attack unlike those it has learnt from (of a whole collection of jailbreaks
    that was held out .69 is caught); role plays without talk of rules; questions that are harmful but
    plain (a moderation route is for these); attacks in verse, in other ciphers (Caesar by three, base32),
    cut up over several messages, or in a language it has no phrases for; some requests that speak of rules
    and of ignoring are flagged. What retrieved documents and tools bring is `indirect_injection`'s.

    Cost: 0.7 ms for 1 KB, 1.6 ms for each of a long text, as its pages overlap.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = frozenset({Place.INPUT_USER, Place.INPUT_SYSTEM})

    @property
    def reach(self) -> int | None:
        return None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset({"learnt", *[row.label for row in PATTERNS]})

    @property
    def unavailable(self) -> str:
        return ""

    def grade(self, text: str, place: Place) -> float:  # noqa: ARG002 - as `scan`
        """The score of the text, also where it is too low for a finding."""
        return judged(text, shipped("injection"))[0]

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        score, phrase = judged(text, shipped("injection"))
        if score < _LEAST:
            return ()
        kind = phrase.kind if phrase else FailureKind.SECURITY_INJECTION
        return (Finding(kind, phrase.label if phrase else "learnt", 0, len(text), score),)


PLUG: type[Guard] = Injection
