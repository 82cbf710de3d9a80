"""Read every recorded exchange through our own surfaces, and count where both readings agree."""

from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from leadline import plugs
from leadline.providers import Surface
from leadline.vocabulary import Answer, Question, UpstreamFailure
from leadline.wirecheck import facts
from leadline.wirecheck.facts import FACTS
from leadline.wirecheck.reasons import reason
from leadline.wirecheck.recorded import BadLine, Recorded

_FOLDER = "leadline.providers.surfaces"
_SURFACES = {
    "chat.completions": "openai_chat",
    "completions": "openai_completions",
    "responses": "openai_responses",
    "embeddings": "openai_embeddings",
    "messages": "anthropic_messages",
    "messages.count_tokens": "anthropic_count_tokens",
    "generateContent": "gemini_generate",
    "streamGenerateContent": "gemini_generate",
    "countTokens": "gemini_count_tokens",
    "embedContent": "gemini_embed",
    "batchEmbedContents": "gemini_batch_embed",
}
_OF_WRITING = frozenset({"finish", "complete"})
"""Facts that only an operation in which a model writes can have."""
_STREAM = Question(model="", streaming=True, wants_stream_usage=True)


class Count(msgspec.Struct):
    compared: int = 0
    agreed: int = 0

    @property
    def share(self) -> float:
        """0..1; 1 where nothing was compared."""
        return self.agreed / self.compared if self.compared else 1.0


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """`right` is `we` or `unknown`; `why` is a sentence."""

    id: str
    provider: str
    api: str
    fact: str
    ours: object
    recorded: object
    right: str
    why: str


class Verdict(msgspec.Struct):
    """`counts` by (provider, api) and fact; `unread` counts exchanges of operations that we do not speak."""

    exchanges: dict[tuple[str, str], int] = {}
    counts: dict[tuple[str, str], dict[str, Count]] = {}
    disagreements: list[Disagreement] = []
    unread: dict[tuple[str, str], int] = {}
    bad_lines: list[BadLine] = []

    @property
    def total(self) -> Count:
        return summed(count for by_fact in self.counts.values() for count in by_fact.values())

    def of_fact(self, fact: str) -> Count:
        return summed(by_fact[fact] for by_fact in self.counts.values() if fact in by_fact)


def summed(counts: Iterable[Count]) -> Count:
    total = Count()
    for count in counts:
        total.compared += count.compared
        total.agreed += count.agreed
    return total


class Verifier:
    """Take lines one after the other; `verdict` grows."""

    def __init__(self) -> None:
        known = plugs.names(_FOLDER)
        self._surfaces: Mapping[str, Surface] = {
            api: cast("Surface", plugs.build(_FOLDER, {"type": name}))
            for api, name in _SURFACES.items()
            if name in known
        }
        self.verdict = Verdict()

    def take(self, line: Recorded | BadLine) -> None:
        if isinstance(line, BadLine):
            self.verdict.bad_lines.append(line)
            return
        name = (line.provider, line.api)
        surface = self._surfaces.get(line.api)
        if surface is None:
            self.verdict.unread[name] = self.verdict.unread.get(name, 0) + 1
            return
        self.verdict.exchanges[name] = self.verdict.exchanges.get(name, 0) + 1
        self._compare(line, facts.ours(read(surface, line)), surface)

    def _compare(self, row: Recorded, ours: facts.Values, surface: Surface) -> None:
        recorded = facts.theirs(row)
        counts = self.verdict.counts.setdefault((row.provider, row.api), {})
        left_out = frozenset() if surface.operation.generates else _OF_WRITING
        for fact in FACTS:
            if fact in left_out or fact not in recorded or fact not in ours:
                continue
            count = counts.setdefault(fact, Count())
            count.compared += 1
            if ours[fact] == recorded[fact]:
                count.agreed += 1
            else:
                self._disagree(row, fact, ours[fact], recorded[fact])

    def _disagree(self, row: Recorded, fact: str, ours: object, recorded: object) -> None:
        right, why = reason(row, fact, ours, recorded)
        self.verdict.disagreements.append(
            Disagreement(
                id=row.id,
                provider=row.provider,
                api=row.api,
                fact=fact,
                ours=ours,
                recorded=recorded,
                right=right,
                why=why,
            )
        )


def read(surface: Surface, row: Recorded) -> Answer | UpstreamFailure:
    """As the gateway reads it: whole, or event by event."""
    if not row.streamed:
        return surface.read_reply(row.reply)
    reader = surface.stream_reader(_STREAM)
    reader.feed(row.body)
    reader.finish()
    return reader.outcome()
