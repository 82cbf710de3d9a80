"""Categories of content that only a large model understands."""

from typing import ClassVar, Literal

import msgspec

from leadline.checks.guards import EVERYWHERE, CostClass, Guard
from leadline.vocabulary import Finding, Place

Category = Literal["sexual", "violence", "hate", "insults", "misconduct"]


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sexual content, violence, hate, insults, misconduct: not available offline. No tool that runs without a
    large model tells hatred from a report on it (on HateCheck they are as good as a coin), so this guard
    refuses to pretend: it finds nothing, says that it cannot work, and a policy that names it is told so.
    For rude words there is `profanity`; for everything else call the provider's moderation on its own route.

    Attributes:
        categories: which are wanted.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = EVERYWHERE

    categories: tuple[Category, ...] = ("sexual", "violence", "hate", "insults", "misconduct")

    @property
    def reach(self) -> int | None:
        return None

    @property
    def unavailable(self) -> str:
        wanted = ", ".join(self.categories)
        return f"{wanted}: not available until a moderation route or a local model is configured."

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        return ()


PLUG: type[Guard] = Content
