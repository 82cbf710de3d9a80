"""Guard a whole body: a request before it leaves, an answer before it is given."""

from collections.abc import Sequence

import msgspec

from leadline.gateway.guarding.ready import Rules, Watched, asked_of
from leadline.gateway.guarding.scanning import Scan, Scanner
from leadline.gateway.guarding.units import Rewriting, Unit, units_of
from leadline.policy.guardrails import UNREAD, Blind, Decision, decide, may_stop, signals_of
from leadline.policy.redaction import TokenMaker
from leadline.providers.texts import READERS, Texts, read_texts, same_place
from leadline.vocabulary import Place, Signal, WireProtocol, Word


class Guarded(msgspec.Struct, frozen=True, kw_only=True):
    """`body` None = it may pass as it is."""

    decision: Decision
    signals: tuple[Signal, ...] = ()
    body: bytes | None = None


async def guard_question(
    scanner: Scanner, watched: Watched, protocol: WireProtocol, body: bytes, tokens: TokenMaker | None
) -> Guarded:
    """Of a request whose protocol has a reader. Where a rule may stop it, what goes on is what was read: of
    a name that stands twice in an object, other programs may take the other one.
    """
    texts = read_texts(body, READERS[protocol].asked)
    if texts is None:
        return _unreadable(watched.asked)
    found = await _guard(scanner, watched.asked, texts, Rewriting(tokens), (), restoring=False)
    if found.body is None and any(may_stop(policy, rule) for policy, rule in watched.asked):
        return msgspec.structs.replace(found, body=texts.encoded())
    return found


def system_prompt(scanner: Scanner, watched: Watched, protocol: WireProtocol, body: bytes) -> tuple[str, ...]:
    """That of the request, for guards that compare answers with it; empty where none does."""
    if not any(rule.guard in scanner.informed for _, rule in watched.answered):
        return ()
    texts = read_texts(body, READERS[protocol].asked)
    spots = texts.spots if texts is not None else []
    return tuple([spot.text for spot in spots if spot.place is Place.INPUT_SYSTEM])


async def guard_answer(
    scanner: Scanner,
    watched: Watched,
    protocol: WireProtocol,
    body: bytes,
    tokens: TokenMaker | None,
    confided: tuple[str, ...] = (),
) -> Guarded:
    """Of a whole answer in the client's protocol; `confided` is the system prompt of its request. The
    caller's own tokens are turned back in it.
    """
    texts = read_texts(body, READERS[protocol].answered)
    if texts is None:
        return _unreadable(watched.answered)
    rewriting = Rewriting(tokens)
    return await _guard(scanner, watched.answered, texts, rewriting, confided, restoring=watched.tokens)


async def guard_error(scanner: Scanner, watched: Watched, body: bytes, tokens: TokenMaker | None) -> Guarded:
    """Of an upstream's own error, which may repeat what was asked, or what the model said."""
    texts = read_texts(body, _all_of_it)
    if texts is None:
        return _unreadable(watched.answered)
    return await _guard(scanner, watched.answered, texts, Rewriting(tokens), (), restoring=watched.tokens)


def _all_of_it(body: object, texts: Texts) -> None:
    texts.add_below(Place.OUTPUT, body, same_place)


async def _guard(
    scanner: Scanner,
    rules: Rules,
    texts: Texts,
    rewriting: Rewriting,
    confided: tuple[str, ...],
    *,
    restoring: bool,
) -> Guarded:
    units = units_of(texts)
    read = [(unit.place, unit.text) for unit in units]
    scan = await scanner.scan(read, asked_of(rules), confided) if rules else Scan()
    blind = (*scan.blind, *_unread(texts, rules))
    decision = decide(rules, [unit.place for unit in units], scan.looked, blind)
    body = None
    if not decision.stops or decision.word is Word.HOLD:
        # what is held goes out later as it would have gone out now
        decision, body = _rewritten(decision, texts, units, rewriting, restoring=restoring)
    return Guarded(decision=decision, signals=signals_of(rules, decision, blind, scan.took_us), body=body)


def _rewritten(
    decision: Decision, texts: Texts, units: Sequence[Unit], rewriting: Rewriting, *, restoring: bool
) -> tuple[Decision, bytes | None]:
    rewriting.take_out(decision.redacts, units)
    if restoring:
        rewriting.restore(units)
    done = rewriting.carry_out()
    if done is None:
        return decision, None
    if not done:
        # what has to go and cannot be taken out does not pass at all
        return msgspec.structs.replace(decision, word=Word.BLOCK), None
    texts.drop_log_probabilities()
    return decision, texts.encoded()


def _unread(texts: Texts, rules: Rules) -> list[Blind]:
    if not texts.unread:
        return []
    named = ", ".join(dict.fromkeys(texts.unread))
    why = f"{len(texts.unread)} part{'s' if len(texts.unread) > 1 else ''} could not be read: {named}"
    return [Blind(guard, UNREAD, why) for guard in asked_of(rules)]


def _unreadable(rules: Rules) -> Guarded:
    blind = [Blind(guard, UNREAD, "the body could not be read") for guard in asked_of(rules)]
    strict = [(msgspec.structs.replace(policy, passes_unread=False), rule) for policy, rule in rules]
    decision = decide(strict, [], [], blind)
    return Guarded(decision=decision, signals=signals_of(rules, decision, blind))
