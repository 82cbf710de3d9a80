"""The guardrails of a plan made ready: which policies hold for a request, and who looks at its texts."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from leadline.gateway.guarding.scanning import Asked, CheckPool, ProcessEnds, Scanner
from leadline.policy.guardrails import acting, may_stop
from leadline.policy.redaction import TokenMaker
from leadline.vocabulary import (
    DRAFT,
    GuardPolicy,
    Guardrails,
    GuardRule,
    KeyGrant,
    Place,
    Route,
)

ASKED = tuple([place for place in Place if place.asked])
ANSWERED = (Place.OUTPUT, Place.TOOL_ARGUMENTS)
Rules = Sequence[tuple[GuardPolicy, GuardRule]]


class TokensOf(Protocol):
    """Reversible tokens of one caller."""

    def __call__(self, caller: str, /) -> TokenMaker: ...


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """The policies that hold for some key, feature and route, and what follows from them.

    `window` is how streams are read: characters held back, 0 = all, None = none. `closed_to_unread`: the
    policy that forbids calls which nobody can read; empty = none does.
    """

    policies: tuple[GuardPolicy, ...]
    asked: Rules
    answered: Rules
    window: int | None
    tokens: bool
    closed_to_unread: str

    @classmethod
    def by(cls, policies: tuple[GuardPolicy, ...]) -> "Watched":
        asked, answered = acting(policies, ASKED), acting(policies, ANSWERED)
        tokens = any(policy.enforced and rule.tokens for policy, rule in asked)
        stopping = [policy for policy, rule in answered if may_stop(policy, rule)]
        stopping += [policy for policy, rule in asked if policy.enforced and rule.tokens]
        closed = [policy.title for policy, rule in (*asked, *answered) if may_stop(policy, rule)]
        return cls(
            policies=policies,
            asked=asked,
            answered=answered,
            window=_strictest([policy.window for policy in stopping]),
            tokens=tokens,
            closed_to_unread=closed[0] if closed else "",
        )

    @property
    def reads_answers(self) -> bool:
        return bool(self.answered) or self.tokens


class _Counts(msgspec.Struct, frozen=True):
    asked: int = 0
    failed: int = 0
    ends: ProcessEnds = ProcessEnds()


class Guarding:
    """One for each set of guardrails in a plan; it lives on while they stay the same."""

    def __init__(self, rails: Guardrails, scanner: Scanner, pool: CheckPool, tokens: TokensOf) -> None:
        self.rails = rails
        self.scanner = scanner
        self.tokens = tokens
        self.pool = pool
        self._known: dict[tuple[str, ...], Watched | None] = {}
        self._before = _Counts()

    @property
    def failed(self) -> int:
        """Guards that gave no verdict since the start."""
        return self.scanner.failed + self._before.failed

    @property
    def asked(self) -> int:
        """How often a guard was asked about a text, since the start."""
        return self.scanner.asked + self._before.asked

    @property
    def ends(self) -> ProcessEnds:
        """Of the check processes, since the start."""
        return self.pool.ends + self._before.ends

    def go_on_from(self, before: "Guarding") -> None:
        """Count on where the guardrails before these ended."""
        self._before = _Counts(before.asked, before.failed, before.ends)

    async def aclose(self) -> None:
        await self.pool.aclose()

    def watched(self, grant: KeyGrant, feature: str, route: Route | None) -> Watched | None:
        """What holds for this request; None = nothing does."""
        rails = self.rails
        titles = (
            *rails.everywhere,
            *grant.policies,
            *rails.features.get(feature, ()),
            *(route.policies if route is not None else ()),
        )
        if not titles:
            return None
        if titles not in self._known:
            self._known[titles] = self.named(titles)
        return self._known[titles]

    def title_of(self, name: str) -> str | None:
        """`support@2` as it is; `support` is the version with the highest number."""
        return newest(name, self.rails.policies)

    def named(self, titles: Sequence[str]) -> Watched:
        """Raises KeyError for a title that the plan does not have."""
        return Watched.by(tuple([self.rails.policies[title] for title in dict.fromkeys(titles)]))


def name_of(title: str) -> str:
    """`support` of `support@2`."""
    return title.partition("@")[0]


def newest(name: str, titles: Iterable[str]) -> str | None:
    """Which of `titles` is meant by a title, or by the name of a policy alone."""
    versions = [title for title in titles if title == name or name_of(title) == name]
    if name in versions:
        return name
    numbered = [title for title in versions if not title.endswith(DRAFT)]
    return max(numbered, key=lambda title: int(title.rpartition("@")[2]), default=None)


def asked_of(rules: Rules) -> Asked:
    """Each guard with all places that some rule wants it to look at."""
    asked: dict[str, frozenset[Place]] = {}
    for _, rule in rules:
        asked[rule.guard] = asked.get(rule.guard, frozenset()) | frozenset(rule.places)
    return asked


def _strictest(windows: Sequence[int | None]) -> int | None:
    held = [window for window in windows if window is not None]
    if not held:
        return None
    return 0 if 0 in held else max(held)
