"""Sends batches to a collector: bounded queues, retries with growing waits, all that is lost is counted."""

import asyncio
import gzip
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from leadline.vocabulary import Exchange, FailureEvent, Incident, Observation, OutboundRequest, Signal
from leadline.watch.otlp.encoding import (
    Failed,
    Judged,
    Source,
    logs_body,
    record_count,
    span_count,
    traces_body,
)
from leadline.watch.otlp.figures import Figures
from leadline.watch.outbound import Refused, Reply, Send
from leadline.watch.tapping import LaneCount, SayHow

MOST_IN_A_BATCH = 512
LAST_WORDS_S = 2.0
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0
_TRY_AGAIN = frozenset({429, 502, 503, 504})
"""OTLP/HTTP 1.x: these, and no others, may be tried again."""
_log = structlog.get_logger()
Item = TypeVar("Item")


class Otlp(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach a collector. `endpoint` is its address without `/v1/logs`; `headers` are secrets.

    `lanes` are those of logs, traces and metrics that are wanted; `every_s` and `metrics_every_s` say how
    often they go; `queue` bounds the requests and events that wait.
    """

    endpoint: str
    source: Source
    send: Send
    headers: Mapping[str, str] = {}
    lanes: frozenset[str] = frozenset({"logs", "traces", "metrics"})
    compress: bool = True
    every_s: float = 1.0
    metrics_every_s: float = 60.0
    queue: int = 10_000

    def __repr__(self) -> str:
        return f"Otlp(endpoint={self.endpoint!r}, headers=***)"

    def request(self, lane: str, body: bytes) -> OutboundRequest:
        headers = {"content-type": "application/x-protobuf", **self.headers}
        if self.compress:
            headers["content-encoding"] = "gzip"
            body = gzip.compress(body, compresslevel=1)
        return OutboundRequest(url=f"{self.endpoint.rstrip('/')}/v1/{lane}", body=body, headers=headers)


class Lane(Generic[Item]):
    """A queue and its way out. `offer` is for any thread and never waits; when it is full the oldest goes."""

    def __init__(
        self,
        name: str,
        most: int,
        size: Callable[[Item], int],
        body: Callable[[Sequence[Item]], bytes],
        rejected: Callable[[bytes], int],
    ) -> None:
        self.name = name
        self.count = LaneCount()
        self.size, self.body, self.rejected = size, body, rejected
        self._most = most
        self._queue: deque[Item] = deque()
        self._lock = threading.Lock()

    def offer(self, item: Item) -> None:
        size = self.size(item)
        if not size:
            return
        with self._lock:
            self._queue.append(item)
            self.count.waiting += size
            if len(self._queue) > self._most:
                lost = self.size(self._queue.popleft())
                self.count.dropped += lost
                self.count.waiting -= lost

    def take(self) -> list[Item]:
        """A batch, oldest first."""
        with self._lock:
            return [self._queue.popleft() for _ in range(min(MOST_IN_A_BATCH, len(self._queue)))]

    def taken(self, items: Sequence[Item], *, rejected: int) -> None:
        """A batch was answered; so many records of it the collector refused."""
        sent = sum(map(self.size, items))
        refused = min(rejected, sent)
        with self._lock:
            self.count.waiting -= sent
            self.count.rejected += refused
            self.count.exported += sent - refused

    def lost(self, items: Sequence[Item]) -> None:
        """The end came before the collector did."""
        with self._lock:
            self.count.waiting -= sum(map(self.size, items))
            self.count.dropped += sum(map(self.size, items))


class Exporter:
    """SayHow by the consumers' threads; `run` sends. `clock` is Unix seconds, `jitter` 0..1."""

    def __init__(
        self, otlp: Otlp, clock: Callable[[], float], jitter: Callable[[], float], told: SayHow
    ) -> None:
        self._otlp, self._clock, self._jitter, self._told = otlp, clock, jitter, told
        source = otlp.source
        self._figures = Figures(clock())
        self._logs: Lane[Judged | Failed] = Lane(
            "logs", otlp.queue, record_count, lambda some: logs_body(some, source, clock()), _rejected_logs
        )
        self._traces: Lane[Exchange] = Lane(
            "traces", otlp.queue, span_count, lambda some: traces_body(some, source), _rejected_spans
        )
        lanes: tuple[Lane[Any], ...] = (self._logs, self._traces)
        self._lanes = [lane for lane in lanes if lane.name in otlp.lanes]
        self._failing: dict[str, str] = {}

    @property
    def counts(self) -> dict[str, LaneCount]:
        return {lane.name: lane.count for lane in self._lanes}

    def observed(self, observation: Observation) -> None:
        """Text stays behind: it is apart from the exchange."""
        self._figures.observed(observation)
        self.looked(observation, observation.signals)
        if self._traces in self._lanes:
            self._traces.offer(observation.exchange)

    def looked(self, observation: Observation, signals: Sequence[Signal]) -> None:
        if signals and self._logs in self._lanes:
            self._logs.offer(Judged(observation.exchange, signals))

    def found(self, events: Iterable[FailureEvent], incidents: Iterable[Incident]) -> None:
        if self._logs in self._lanes:
            names = {incident.key: incident.incident_id for incident in incidents}
            for event in events:
                self._logs.offer(Failed(event, names.get(event.key, "")))

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then what waits is tried once more, but nobody is held up by a collector for long."""
        work: list[Coroutine[Any, Any, None]] = [self._serve(lane, stop) for lane in self._lanes]
        if "metrics" in self._otlp.lanes:
            work.append(self._measure(stop))
        working = asyncio.gather(*work)
        waiting = asyncio.create_task(stop.wait())
        try:
            either: set[asyncio.Future[Any]] = {working, waiting}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait_for(working, LAST_WORDS_S)
        except TimeoutError:
            _log.warning("what was left for the collector was not sent", waiting=self._waiting)
        finally:
            waiting.cancel()
            working.cancel()

    @property
    def _waiting(self) -> int:
        return sum(lane.count.waiting for lane in self._lanes)

    async def _serve(self, lane: Lane[Item], stop: asyncio.Event) -> None:
        while not stop.is_set():
            if batch := lane.take():
                await self._deliver(lane, batch, stop)
            else:
                await _pause(stop, self._otlp.every_s)
        while batch := lane.take():
            await self._deliver(lane, batch, stop)

    async def _deliver(self, lane: Lane[Item], batch: Sequence[Item], stop: asyncio.Event) -> None:
        """Until it is taken or refused; a collector that is away is waited for, its queue is not."""
        request = await asyncio.to_thread(lambda: self._otlp.request(lane.name, lane.body(batch)))
        wait_s, dropped = _FIRST_WAIT_S, lane.count.dropped
        while True:
            reply = await self._sent(lane.name, request)
            if reply is not None and reply.is_success:
                lane.taken(batch, rejected=lane.rejected(reply.body))
                # a collector that is too slow for us is as blind as one that takes nothing
                self._say(lane.name, "pending" if lane.count.dropped > dropped else "delivered")
                return
            if reply is not None and reply.status not in _TRY_AGAIN:
                lane.taken(batch, rejected=sum(map(lane.size, batch)))
                return
            if stop.is_set():
                lane.lost(batch)
                return
            asked_s = min(reply.retry_after_s or 0.0, _LONGEST_WAIT_S) if reply is not None else 0.0
            await _pause(stop, max(wait_s * (0.5 + self._jitter() / 2), asked_s))
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)

    async def _measure(self, stop: asyncio.Event) -> None:
        while True:
            await _pause(stop, self._otlp.metrics_every_s)
            body = self._figures.body(self._otlp.source, self._clock())
            reply = await self._sent("metrics", self._otlp.request("metrics", body))
            if reply is not None and reply.is_success:
                self._say("metrics", "delivered")
            if stop.is_set():
                return

    async def _sent(self, lane: str, request: OutboundRequest) -> Reply | None:
        """None when nothing came back. A failure is told and logged once until the next success."""
        try:
            reply = await self._otlp.send(request)
        except Refused as refused:
            self._say(lane, "failed", str(refused))
            return Reply(400)
        except OSError as error:
            self._say(lane, "pending", error.strerror or type(error).__name__)
            return None
        if not reply.is_success:
            state = "pending" if reply.status in _TRY_AGAIN else "failed"
            self._say(lane, state, f"it answered {reply.status}")
        return reply

    def _say(self, lane: str, state: str, reason: str = "") -> None:
        self._told(f"otlp {lane}", state)
        if not reason:
            self._failing.pop(lane, None)
        elif self._failing.get(lane) != reason:
            self._failing[lane] = reason
            _log.warning("the collector does not take our telemetry", lane=lane, reason=reason)


def _rejected_logs(body: bytes) -> int:
    try:
        return int(ExportLogsServiceResponse.FromString(body).partial_success.rejected_log_records)
    except DecodeError:  # some receivers answer in words; the status is what counts
        return 0


def _rejected_spans(body: bytes) -> int:
    try:
        return int(ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans)
    except DecodeError:
        return 0


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
