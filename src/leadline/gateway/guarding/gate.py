"""The gate of a streamed answer: text waits until it has been looked at, then goes out, changed or not."""

from collections import deque
from collections.abc import Hashable, Iterable, Sequence

import msgspec

from leadline.checks.seeing import behind
from leadline.gateway.guarding.channels import Channel
from leadline.gateway.guarding.frames import Frame, Frames
from leadline.gateway.guarding.ready import Watched, asked_of
from leadline.gateway.guarding.scanning import Scan, Scanner
from leadline.gateway.guarding.units import written_into
from leadline.policy.guardrails import Blind, Decision, Hit, Looked, decide, signals_of
from leadline.policy.redaction import Edit, TokenMaker, mask
from leadline.providers.texts import Spot, Texts, TextsReader, read_texts
from leadline.vocabulary import Place, Signal, Word

_END = b"[DONE]"


class Piece(msgspec.Struct):
    spot: Spot
    channel: Channel
    start: int
    end: int


class Waiting(msgspec.Struct):
    """An event that has not gone out. `texts` None = there is nothing in it to read."""

    frame: Frame
    texts: Texts | None
    pieces: list[Piece]

    @property
    def may_go(self) -> bool:
        return all(piece.end <= piece.channel.stable for piece in self.pieces)


class Gate:
    """Between a stream in the client's protocol and the client: whole events go out, as they came where
    nothing in them changed.

    With a window of N characters, text goes out when N more have been looked at, or the stream is over; with
    0 at its end; with None at once, and it is looked at afterwards. `confided` is the system prompt of the
    request, for guards that want to know it. `told` = some text is out.
    """

    def __init__(
        self,
        scanner: Scanner,
        watched: Watched,
        reader: TextsReader,
        tokens: TokenMaker | None,
        confided: tuple[str, ...] = (),
        *,
        in_array: bool,
    ) -> None:
        self._scanner = scanner
        self._confided = confided
        self._watched = watched
        self._reader = reader
        self._tokens = tokens if watched.tokens else None
        self._frames = Frames(in_array=in_array)
        self._window = watched.window
        self._channels: dict[tuple[Hashable, Hashable], Channel] = {}
        self._queue: deque[Waiting] = deque()
        self._hits: dict[Hashable, Hit] = {}
        self._blind: list[Blind] = []
        self._stop: Decision | None = None
        self._took_us = 0
        self._chars = 0
        self._longest = scanner.longest_text
        self._changed = False
        self.told = False
        self.said: list[str] = []
        """The text that went out, in the order in which it did."""

    @property
    def stopped(self) -> Decision | None:
        """Why nothing more goes out."""
        return self._stop

    def withheld(self) -> bytes | None:
        """What a person is to decide about: all that has not gone out, as it would have. None = what has to
        be taken out of it cannot be.
        """
        stop, self._stop = self._stop, None
        out = b"".join([self._written(waiting) for waiting in self._queue])
        unwritable, self._stop = self._stop, stop
        return None if unwritable is not None else out

    @property
    def signals(self) -> tuple[Signal, ...]:
        return signals_of(self._watched.answered, self._decision(), self._blind, self._took_us)

    @property
    def changed(self) -> bool:
        """Whether text was taken out, or put back."""
        return self._changed

    async def feed(self, chunk: bytes) -> bytes:
        """What may go out now."""
        for frame in self._frames.feed(chunk):
            self._take(frame)
        if self._window == 0 and self._chars > self._longest:
            return await self._let_go()
        if self._window:
            step = max(1, self._window // 2)
            due = [
                one for one in self._channels.values() if one.unseen >= max(step, one.held // 2) or one.is_due
            ]
            if due:
                await self._look(due, final=False)
        if self._window is None:
            self._queue.clear()
            return chunk
        return self._released()

    async def _let_go(self) -> bytes:
        """It is too long to be checked: where that does not stop it, nothing of it waits any more."""
        await self._look(self._channels.values(), final=True)
        out = self._released()
        self._window = None
        return out

    async def finish(self, tail: bytes = b"") -> bytes:
        """The stream is over: all of it has been seen, so all of it may go, unless something stops it."""
        out = await self.feed(tail) if tail else b""
        if self._stop is not None:
            return out
        for frame in self._frames.rest():
            self._take(frame)
        await self._look(self._channels.values(), final=True)
        if self._window is None:
            return out
        return out + self._released()

    # coming in

    def _take(self, frame: Frame) -> None:
        texts = None
        if frame.data is not None and frame.data.strip() != _END:
            texts = read_texts(frame.data, self._reader.streamed)
            if texts is None:
                texts = _unread(frame.data)
        waiting = Waiting(frame, texts, [])
        for at, spot in enumerate(texts.spots if texts is not None else ()):
            key: tuple[Hashable, Hashable] = (
                (len(self._channels), at) if spot.channel is None else (spot.place, spot.channel)
            )
            channel = self._channels.get(key)
            if channel is None:
                channel = self._channels[key] = Channel(spot.place, whole=spot.channel is None)
            waiting.pieces.append(Piece(spot, channel, *channel.grow(spot.text)))
            self._chars += len(spot.text)
        for ended in texts.ended if texts is not None else ():
            self._end(ended)
        self._queue.append(waiting)

    def _end(self, ended: tuple[Hashable, ...]) -> None:
        for (_, name), channel in self._channels.items():
            if isinstance(name, tuple) and name[: len(ended)] == ended:
                channel.over = True

    # looking

    async def _look(self, channels: Iterable[Channel], *, final: bool) -> None:
        due = [one for one in channels if one.unseen or one.is_due or final]
        back = self._window or 0
        views = [one.view(back) for one in due]
        rules = self._watched.answered
        texts = [(one.place, text) for one, (_, text) in zip(due, views, strict=True)]
        asked = asked_of(rules) if rules and texts else {}
        scan = await self._scanner.scan(texts, asked, self._confided) if asked else Scan()
        self._took_us += scan.took_us
        self._note(scan.blind)
        looked = [
            one
            for one in scan.looked
            if _is_new(one, due[one.text], views[one.text][0])
            and (final or not _may_grow(one, due[one.text], views[one.text][1]))
        ]
        decision = decide(rules, [one.place for one in due], looked, scan.blind)
        edits: list[list[Edit]] = [[] for _ in due]
        self._judge(decision, due, views, edits)
        held = _held_back(due, views, scan.looked, 0 if final else back)
        for at, (channel, (start, text)) in enumerate(zip(due, views, strict=True)):
            channel.looked([*edits[at], *self._restored(channel, start, text)], 0 if final else held[at])

    def _judge(
        self,
        decision: Decision,
        due: Sequence[Channel],
        views: Sequence[tuple[int, str]],
        edits: list[list[Edit]],
    ) -> None:
        for hit in decision.hits:
            at, finding = hit.looked.text, hit.looked.finding
            start = views[at][0] + finding.start
            self._hits[hit.policy.title, hit.rule.guard, hit.word, id(due[at]), start, finding.label] = hit
            if hit.word is Word.REDACT:
                edits[at].append(Edit(start, views[at][0] + finding.end, mask(finding.label)))
        if decision.stops and self._window is not None:
            self._stop = decision

    def _restored(self, channel: Channel, start: int, text: str) -> list[Edit]:
        if self._tokens is None:
            return []
        return [
            Edit(start + one.start, start + one.end, written_into(channel.place, one.instead))
            for one in self._tokens.restored(text)
        ]

    def _note(self, blind: Iterable[Blind]) -> None:
        known = {(one.guard, one.reason) for one in self._blind}
        self._blind += [one for one in blind if (one.guard, one.reason) not in known]

    def _decision(self) -> Decision:
        hits = tuple(self._hits.values())
        if self._stop is not None:
            return msgspec.structs.replace(self._stop, hits=hits)
        worst = max(hits, key=lambda hit: hit.word.rank, default=None)
        if worst is None:
            return Decision()
        return Decision(hits=hits, word=worst.word, by=worst.policy.title)

    # going out

    def _released(self) -> bytes:
        out = []
        while self._stop is None and self._queue and self._queue[0].may_go:
            out.append(self._written(self._queue.popleft()))
        for channel in self._channels.values():
            channel.forget(self._window or 0)
        return b"".join(out)

    def _written(self, waiting: Waiting) -> bytes:
        texts = waiting.texts
        if texts is None or not waiting.pieces:
            return waiting.frame.raw
        changed = False
        for piece in waiting.pieces:
            said = piece.channel.written(piece.start, piece.end)
            self.told = True
            if piece.spot.place is Place.OUTPUT and not piece.channel.whole:
                self.said.append(said)
            if said == piece.spot.text:
                continue
            changed = self._changed = True
            if not piece.spot.put(said):
                self._stop = msgspec.structs.replace(self._decision(), word=Word.BLOCK)
                return b""
        if not changed and not self._redacted:
            return waiting.frame.raw
        texts.drop_log_probabilities()
        return waiting.frame.with_data(texts.encoded())

    @property
    def _redacted(self) -> bool:
        return any(hit.word is Word.REDACT for hit in self._hits.values())


def _is_new(one: Looked, channel: Channel, start: int) -> bool:
    """What ends in text that is out was judged before, with all that stood to its left: here the view may
    begin in the middle of a word, and its rest pass for a whole one.
    """
    return start + one.finding.end > channel.stable


def _may_grow(one: Looked, channel: Channel, text: str) -> bool:
    """The next piece may make another word of it: it is held back, and will be seen again."""
    return channel.grows and one.finding.end == len(text)


def _held_back(
    due: Sequence[Channel], views: Sequence[tuple[int, str]], looked: Iterable[Looked], back: int
) -> list[int]:
    """Characters of each channel that do not go out yet: the window, or all of what is still being found."""
    held = [
        behind(text, back) if back and channel.grows else 0
        for channel, (_, text) in zip(due, views, strict=True)
    ]
    for one in looked:
        text = views[one.text][1]
        if one.finding.end == len(text) and due[one.text].grows:
            held[one.text] = max(held[one.text], len(text) - one.finding.start)
    return held


def _unread(data: bytes) -> Texts:
    """What is no JSON is read as it is, and cannot be rewritten."""
    texts = Texts(None)
    texts.spots.append(Spot(Place.OUTPUT, data.decode(errors="replace"), None, None, 0))
    return texts
