"""Guardrails as people decided them: guards, and policies that say what follows from a finding."""

import msgspec

from leadline.vocabulary.finding import Place
from leadline.vocabulary.signal import Word

DRAFT = "DRAFT"


class GuardSettings(msgspec.Struct, frozen=True):
    """`type` names the file in `checks/guards/`; `settings` are its fields."""

    type: str
    settings: dict[str, object] = {}


class GuardRule(msgspec.Struct, frozen=True, kw_only=True):
    """What follows when `guard` finds something in one of `places` with a score from `threshold` on.

    `labels` empty = all that the guard finds. `tokens`: what is redacted is turned back in the answer, where
    a mask stays.
    """

    guard: str
    places: tuple[Place, ...]
    word: Word
    threshold: float = 0.5
    labels: tuple[str, ...] = ()
    tokens: bool = False


class GuardPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a policy. `enforced` False = it only watches: every word is taken for `flag`.

    `window`: how streamed answers are read: that many characters are held back; 0 = all of them until the
    end; None = the text passes at once and is read afterwards. `fails_open`: texts pass when a guard breaks
    down or takes too long; `passes_long` when they are too long; `passes_unread` images and other parts that
    hold no text.
    """

    name: str
    version: str
    enforced: bool = False
    window: int | None = 0
    rules: tuple[GuardRule, ...] = ()
    fails_open: bool = False
    passes_long: bool = False
    passes_unread: bool = True

    @property
    def title(self) -> str:
        return f"{self.name}@{self.version}"


class Guardrails(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `policies` are by title, and titles are what `everywhere`, `features`, keys and routes name.

    `token_key` is a reference to the secret of reversible tokens. `deadline_s` bounds what the slow guards of
    one request take, `longest_text` the characters of its texts; `processes` check processes serve a worker.
    What is held for a person is kept for `hold_s`.
    """

    guards: dict[str, GuardSettings] = {}
    policies: dict[str, GuardPolicy] = {}
    everywhere: tuple[str, ...] = ()
    features: dict[str, tuple[str, ...]] = {}
    token_key: str = ""
    deadline_s: float = 2.0
    longest_text: int = 1_000_000
    processes: int = 1
    hold_s: float = 86_400.0
