"""Categories of content that only a large model understands: judged by a moderation route."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import msgspec

from leadline.checks.bounds import AboveZero, AtLeastOne
from leadline.checks.guards import EVERYWHERE, CostClass, Guard
from leadline.vocabulary import FailureKind, Finding, Place

Category = Literal["sexual", "violence", "hate", "insults", "misconduct"]

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "sexual": ("sexual", "sexual/minors"),
    "violence": (
        "violence",
        "violence/graphic",
        "self-harm",
        "self-harm/intent",
        "self-harm/instructions",
        "violence_and_threats",
        "selfharm",
    ),
    "hate": ("hate", "hate/threatening", "hate_and_discrimination"),
    "insults": ("harassment", "harassment/threatening"),
    "misconduct": ("illicit", "illicit/violent", "dangerous_and_criminal_content"),
}
"""Ours, and what they are called by OpenAI's `omni-moderation` and by Mistral's `mistral-moderation`."""
_FLAGGED = 0.5
_LEAST = 0.1


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sexual content, violence (self-harm included), hate, insults, misconduct. No tool that runs without a
    large model tells hatred from a report on it (on HateCheck they are as good as a coin), so without `model`
    this guard is not available and refuses to pretend: a policy that names it is told so at load. With
    `model`, an alias whose targets answer `POST /v1/moderations` in OpenAI's form, the gateway asks that
    route, with its keys: all texts of a request at once, before the request leaves or the answer is given.
    `score` is the route's own, at least 0.5 where it flags.

    No answer in time, a route that is down, a category that it does not judge, a day's calls spent: then the
    guard has not looked, and a rule that may stop a text stops it (`on_error`). What is asked leaves the
    house: choose where it goes. For rude words without a model there is `profanity`.

    Blind spots: the route's own; texts longer than it takes (it then refuses, which blocks); images; what is
    hidden in base64 and the like, which is asked as it is written.

    Cost: one call to the route for up to 32 texts, and its time.

    Attributes:
        model: an alias under `models:`; empty = not available.
        categories: which are wanted.
        timeout_s: seconds that all targets together may take.
        parallel: calls at a time, for each gateway worker.
        calls_per_day: for each gateway worker (UTC, counted from its start).
        kind: the failure kind of a finding.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = EVERYWHERE

    model: str = ""
    categories: tuple[Category, ...] = ("sexual", "violence", "hate", "insults", "misconduct")
    timeout_s: AboveZero = 2.0
    parallel: AtLeastOne = 16
    calls_per_day: AtLeastOne = 100_000
    kind: FailureKind = FailureKind.SECURITY_JAILBREAK

    @property
    def reach(self) -> int | None:
        return None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self.categories)

    @property
    def unavailable(self) -> str:
        if self.model:
            return ""
        wanted = ", ".join(self.categories)
        return f"{wanted}: not available until `model` names a moderation route."

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:
        """Finds nothing: who builds it asks the route."""
        del text, place
        return ()

    def judged(
        self, scores: Mapping[str, float | None], flags: Mapping[str, bool | None]
    ) -> dict[str, float]:
        """Each category with its score, of what a route says by its own names. Raises KeyError with the
        category that it does not judge.
        """
        found: dict[str, float] = {}
        for wanted in self.categories:
            names = [name for name in CATEGORIES[wanted] if name in scores or name in flags]
            if not names:
                raise KeyError(wanted)
            found[wanted] = max(
                max(scores.get(name) or 0.0, _FLAGGED if flags.get(name) else 0.0) for name in names
            )
        return found

    def findings(self, judged: Mapping[str, float], text: str) -> tuple[Finding, ...]:
        """About the text as a whole."""
        return tuple(
            [
                Finding(self.kind, name, 0, len(text), score)
                for name, score in judged.items()
                if score >= _LEAST
            ]
        )


PLUG: type[Guard] = Content
