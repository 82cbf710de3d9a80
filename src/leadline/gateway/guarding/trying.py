"""Texts checked without a call: what guards find in them, and what the policies would do."""

import msgspec

from leadline.gateway.guarding.ready import Guarding, Watched, asked_of
from leadline.gateway.guarding.units import Rewriting, Unit
from leadline.policy.guardrails import Decision, acting, decide
from leadline.policy.redaction import TokenMaker
from leadline.providers.texts import Spot
from leadline.vocabulary import FailureKind, Place, Word

MOST_TEXTS = 100


class TextsToCheck(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`policy` is a name or a title (`support`, `support@2`); empty = those that hold for the key. `feature`
    counts only then.
    """

    text: str = ""
    texts: tuple[str, ...] = ()
    place: Place = Place.INPUT_USER
    policy: str = ""
    feature: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        return (self.text, *self.texts) if self.text else self.texts


class CheckedFinding(msgspec.Struct, frozen=True, kw_only=True):
    """`word` is what is done, `rule` what the rule says: they differ where the policy only watches."""

    text: int
    start: int
    end: int
    guard: str
    label: str
    kind: FailureKind
    score: float
    policy: str
    word: Word
    rule: Word


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """`verdict` is `pass` or the hardest word. `texts` None = nothing of them would pass; else what would.
    `unchecked` names guards that did not look, with the reason.
    """

    verdict: str
    policy: str
    findings: tuple[CheckedFinding, ...]
    texts: tuple[str, ...] | None
    unchecked: dict[str, str]
    ms: float


_asked = msgspec.json.Decoder(TextsToCheck)


def read_texts_to_check(body: bytes) -> TextsToCheck | str:
    """A sentence when it is not understood."""
    try:
        asked = _asked.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return f"The body is not understood: {error}."
    if not 0 < len(asked.all) <= MOST_TEXTS:
        return f"Give 1 to {MOST_TEXTS} texts, as `text` or `texts`."
    return asked


async def check_texts(
    guarding: Guarding, watched: Watched, asked: TextsToCheck, tokens: TokenMaker | None
) -> Checked:
    rules = acting(watched.policies, (asked.place,))
    holders = [{"text": text} for text in asked.all]
    spots = [Spot(asked.place, one["text"], one, "text", 0) for one in holders]
    units = [Unit(spot.place, spot.text, (spot,)) for spot in spots]
    scan = await guarding.scanner.scan([(one.place, one.text) for one in units], asked_of(rules))
    decision = decide(rules, [one.place for one in units], scan.looked, scan.blind)
    rewriting = Rewriting(tokens)
    rewriting.take_out(decision.redacts, units)
    rewriting.carry_out()
    return Checked(
        verdict=decision.word or "pass",
        policy=decision.by,
        findings=_findings(decision),
        texts=None if decision.stops else tuple([one["text"] for one in holders]),
        unchecked={one.guard: one.why for one in scan.blind},
        ms=scan.took_us / 1000,
    )


def _findings(decision: Decision) -> tuple[CheckedFinding, ...]:
    return tuple(
        [
            CheckedFinding(
                text=hit.looked.text,
                start=hit.looked.finding.start,
                end=hit.looked.finding.end,
                guard=hit.rule.guard,
                label=hit.looked.finding.label,
                kind=hit.looked.finding.kind,
                score=hit.looked.finding.score,
                policy=hit.policy.title,
                word=hit.word,
                rule=hit.rule.word,
            )
            for hit in decision.hits
        ]
    )
