"""A real OTLP receiver hears checks, failures, calls and figures; a dead one costs nobody anything."""

import asyncio
import contextlib
import uuid

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.logs.v1.logs_pb2 import SeverityNumber
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from tests.watch.otlp.collector import known
from tests.watch.records import NOON, event, incident, observation

from leadline.vocabulary import (
    Answer,
    Attempt,
    FailureKind,
    FinishReason,
    Origin,
    ProviderIdentifier,
    Selection,
    SelectionReason,
    Signal,
    TokenUsage,
    UpstreamFailure,
    Verdict,
    WireProtocol,
)
from leadline.watch.otlp.encoding import Source
from leadline.watch.otlp.exporting import Exporter, Otlp
from leadline.watch.outbound import Sender

RESOURCE = {"service.name": "leadline", "deployment.environment.name": "test"}


class Told(list):
    def __call__(self, lane, state):
        self.append((lane, state))


@contextlib.asynccontextmanager
async def exporting(collector, told=None, **settings):
    """An exporter that runs until the block ends, with waits of no length."""
    given = {
        "endpoint": collector.endpoint,
        "source": Source(RESOURCE, evidence=settings.pop("evidence", False)),
        "send": Sender(allow_private=True, timeout_s=0.5),
        "every_s": 0.01,
        "metrics_every_s": 0.05,
    }
    exporter = Exporter(
        Otlp(**(given | settings)), lambda: NOON + 1, lambda: 0.0, Told() if told is None else told
    )
    stop = asyncio.Event()
    running = asyncio.create_task(exporter.run(stop))
    try:
        yield exporter
    finally:
        stop.set()
        await running


async def until(condition, seconds=20):
    async with asyncio.timeout(seconds):
        while not (found := condition()):
            await asyncio.sleep(0.01)
    return found


def failed_over(request_id):
    """The first target is avoided, the second fails, the third answers."""
    usage = TokenUsage(input_tokens=100, output_tokens=50, cached_read_tokens=30, reasoning_tokens=20)
    avoided = Attempt(
        number=1,
        target=ProviderIdentifier(provider="mistral", model="large"),
        selection=Selection(reason=SelectionReason.SHORT_CIRCUITED),
        started_at=NOON - 3,
        ended_at=NOON - 3,
    )
    dead = Attempt(
        number=2,
        target=ProviderIdentifier(provider="openai", model="gpt-4o"),
        selection=Selection(reason=SelectionReason.FALLBACK),
        started_at=NOON - 3,
        ended_at=NOON - 2,
        status=503,
        failure=UpstreamFailure(kind=FailureKind.PROVIDER_OUTAGE, status=503, message="Busy"),
    )
    good = Attempt(
        number=3,
        target=ProviderIdentifier(provider="gemini", model="gemini-pro", region="eu"),
        selection=Selection(reason=SelectionReason.FALLBACK, caused_by=FailureKind.PROVIDER_OUTAGE),
        started_at=NOON - 2,
        ended_at=NOON,
        status=200,
        usage=usage,
        cost_usd=0.02,
        served_model="gemini-pro-002",
    )
    answer = Answer(
        finish_reason=FinishReason.STOP,
        finish_raw="STOP",
        response_id="resp-1",
        served_model="gemini-pro-002",
        usage=usage,
    )
    return observation(
        request_id,
        attempts=(avoided, dead, good),
        answer=answer,
        protocol=WireProtocol.OPENAI_CHAT,
        streaming=True,
        first_chunk_ms=250.0,
        output_limit=800,
    )


async def test_each_check_is_an_evaluation_result(collector):
    seen = observation("r1", checks=[("entities", True), ("json_schema", False)])
    async with exporting(collector) as exporter:
        exporter.observed(seen)
        failed, passed = await until(lambda: collector.named("gen_ai.evaluation.result"))

    told = known(failed.attributes)
    assert told["gen_ai.evaluation.name"] == "entities"
    assert told["gen_ai.evaluation.score.label"] == "fail"
    assert told["gen_ai.evaluation.explanation"] == "quality.format"
    assert told["gen_ai.provider.name"] == "openai"
    assert told["gen_ai.request.model"] == "gpt-4o"
    assert told["gen_ai.response.model"] == "gpt-4o-2026"
    assert told["leadline.request_id"] == "r1"
    assert failed.severity_number == SeverityNumber.SEVERITY_NUMBER_WARN
    assert failed.time_unix_nano == NOON * 1e9
    assert known(passed.attributes)["gen_ai.evaluation.score.label"] == "pass"
    assert passed.severity_number == SeverityNumber.SEVERITY_NUMBER_INFO


async def test_a_deep_check_belongs_to_the_span_of_the_answer(collector):
    seen = failed_over(str(uuid.UUID(int=7)))
    signal = Signal(check="judge", verdict=Verdict.PASS, score=0.9)
    async with exporting(collector) as exporter:
        exporter.observed(seen)
        exporter.looked(seen, [signal])
        (record,) = await until(lambda: collector.named("gen_ai.evaluation.result"))
        *_, answered = await until(lambda: collector.spans)

    told = known(record.attributes)
    assert told["gen_ai.evaluation.score.value"] == 0.9
    assert told["gen_ai.response.id"] == "resp-1"
    assert record.trace_id == answered.trace_id == uuid.UUID(int=7).bytes
    assert record.span_id == answered.span_id


async def test_a_check_that_did_not_apply_evaluated_nothing(collector):
    async with exporting(collector) as exporter:
        exporter.looked(observation("r1"), [Signal(check="schema", verdict=Verdict.NOT_APPLICABLE)])
        exporter.looked(observation("r2"), [Signal(check="judge", verdict=Verdict.SKIPPED)])
        (record,) = await until(lambda: collector.logs)

    assert known(record.attributes)["leadline.request_id"] == "r2"


async def test_a_failure_names_its_incident_and_its_measurements(collector):
    async with exporting(collector) as exporter:
        exporter.found([event("e1"), event("e2", key="PROVIDER:other")], [incident("prv-1")])
        await until(lambda: len(collector.named("leadline.failure")) == 2)

    record, alone = collector.named("leadline.failure")

    told = known(record.attributes)
    assert told["leadline.failure.category"] == "provider"
    assert told["leadline.failure.kind"] == told["error.type"] == "provider.outage"
    assert told["leadline.failure.severity"] == "high"
    assert told["leadline.failure.dedup_key"] == "PROVIDER:openai"
    assert told["leadline.incident.id"] == "prv-1"
    assert told["leadline.causal.http_status"] == 503
    assert record.severity_number == SeverityNumber.SEVERITY_NUMBER_ERROR
    assert len(record.trace_id) == 16
    assert "leadline.incident.id" not in known(alone.attributes)


async def test_evidence_leaves_only_where_it_may(collector):
    seen = observation("r1", checks=[("entities", True)])
    for allowed in (False, True):
        async with exporting(collector, evidence=allowed) as exporter:
            exporter.observed(seen)
            exporter.found([event("e1")], [])
            await until(lambda: len(collector.logs) == 2)
        sent = str(collector.heard)
        assert ("a figure" in sent) is allowed
        assert ("<b>503</b>" in sent) is allowed
        assert "the words" not in sent
        collector.heard.clear()


async def test_the_calls_of_a_request_are_client_spans_below_one(collector):
    async with exporting(collector) as exporter:
        exporter.observed(failed_over("r1"))
        whole, dead, good = await until(lambda: collector.spans)

    assert (whole.kind, dead.kind) == (Span.SpanKind.SPAN_KIND_SERVER, Span.SpanKind.SPAN_KIND_CLIENT)
    assert (dead.name, good.name) == ("chat gpt-4o", "chat gemini-pro")
    assert dead.parent_span_id == good.parent_span_id == whole.span_id
    assert known(whole.attributes)["leadline.short_circuited"] == ["mistral/large"]
    assert dead.status.code == Status.StatusCode.STATUS_CODE_ERROR
    assert known(dead.attributes)["error.type"] == "provider.outage"
    assert good.end_time_unix_nano - good.start_time_unix_nano == 2_000_000_000
    told = known(good.attributes)
    assert told["gen_ai.operation.name"] == "chat"
    assert told["gen_ai.provider.name"] == "gcp.gemini"
    assert told["gen_ai.response.finish_reasons"] == ["STOP"]
    assert told["gen_ai.response.time_to_first_chunk"] == 0.25
    assert told["gen_ai.request.max_tokens"] == 800
    assert told["gen_ai.request.stream"] is True
    assert told["gen_ai.usage.input_tokens"] == 100
    assert told["gen_ai.usage.cache_read.input_tokens"] == 30
    assert told["gen_ai.usage.reasoning.output_tokens"] == 20
    assert told["leadline.caused_by"] == "provider.outage"


async def test_the_client_metrics_are_cumulative_and_count_users_only(collector):
    async with exporting(collector) as exporter:
        exporter.observed(failed_over("r1"))
        exporter.observed(observation("r2", origin=Origin.PROBE))
        await until(lambda: [path for path, _, _ in collector.heard].count("/v1/metrics") >= 2)

    bodies = [body for path, _, body in collector.heard if path == "/v1/metrics"]
    metrics = {one.name: one for one in bodies[-1].resource_metrics[0].scope_metrics[0].metrics}
    duration = metrics["gen_ai.client.operation.duration"]
    failed, answered = duration.histogram.data_points
    assert duration.unit == "s"
    assert known(failed.attributes)["error.type"] == "provider.outage"
    assert (answered.count, answered.sum) == (1, 2.0)
    assert list(answered.explicit_bounds)[-1] == 81.92
    assert sum(answered.bucket_counts) == 1
    tokens = metrics["gen_ai.client.token.usage"].histogram.data_points
    assert {known(one.attributes)["gen_ai.token.type"]: one.sum for one in tokens} == {
        "input": 100,
        "output": 50,
    }
    assert "gen_ai.client.operation.time_to_first_chunk" in metrics


async def test_headers_resource_and_compression_are_as_configured(collector):
    async with exporting(collector, headers={"authorization": "Bearer s3cret"}) as exporter:
        exporter.found([event("e1")], [])
        await until(lambda: collector.logs)

    _, headers, body = next(one for one in collector.heard if one[0] == "/v1/logs")
    assert headers["content-type"] == "application/x-protobuf"
    assert headers["content-encoding"] == "gzip"
    assert headers["authorization"] == "bearer s3cret"
    assert known(body.resource_logs[0].resource.attributes)["deployment.environment.name"] == "test"
    assert "s3cret" not in repr(exporter._otlp)


async def test_without_compression_and_with_one_lane(collector):
    async with exporting(collector, compress=False, lanes=frozenset({"logs"})) as exporter:
        exporter.observed(observation("r1", checks=[("entities", True)]))
        await until(lambda: collector.logs)

    assert {path for path, _, _ in collector.heard} == {"/v1/logs"}
    assert "content-encoding" not in collector.heard[0][1]


@pytest.mark.parametrize("reply", [b"503 Busy", b"429 Slow\r\nretry-after: 0", b"hang"])
async def test_what_was_not_taken_is_sent_again(collector, reply):
    collector.replies = [reply]
    told = Told()
    async with exporting(collector, told, lanes=frozenset({"logs"})) as exporter:
        exporter.found([event("e1")], [])
        await until(lambda: collector.logs)
        await until(lambda: exporter.counts["logs"].exported == 1)

    assert [state for _, state in told] == ["pending", "delivered"]
    assert len(collector.logs) == 1


async def test_what_is_refused_is_counted_and_the_next_batch_goes_on(collector):
    collector.replies = [b"401 Unauthorized"]
    told = Told()
    async with exporting(collector, told, lanes=frozenset({"logs"})) as exporter:
        exporter.found([event("e1")], [])
        await until(lambda: exporter.counts["logs"].rejected == 1)
        exporter.found([event("e2")], [])
        await until(lambda: collector.logs)

    assert told == [("otlp logs", "failed"), ("otlp logs", "delivered")]


async def test_a_partial_success_counts_what_was_rejected(collector):
    response = ExportLogsServiceResponse()
    response.partial_success.rejected_log_records = 2
    collector.body = response.SerializeToString()
    async with exporting(collector, lanes=frozenset({"logs"})) as exporter:
        exporter.found([event(f"e{n}") for n in range(5)], [])
        await until(lambda: exporter.counts["logs"].exported == 3)

    assert exporter.counts["logs"].rejected == 2
    assert exporter.counts["logs"].waiting == 0


async def test_a_dead_collector_costs_the_oldest_and_holds_nobody_up(collector):
    await collector.stop()
    told = Told()
    async with exporting(collector, told, queue=100, lanes=frozenset({"logs"})) as exporter:
        exporter.found([event("first")], [])
        await until(lambda: told)
        exporter.found([event(f"e{n}") for n in range(10_000)], [])
        counted = exporter.counts["logs"]
        assert (counted.dropped, counted.waiting) == (9_900, 101)
        await collector.start()
        await until(lambda: exporter.counts["logs"].exported == 101)

    names = [known(record.attributes)["leadline.failure.id"] for record in collector.logs]
    assert names == ["first", *(f"e{n}" for n in range(9_900, 10_000))]


async def test_the_end_does_not_wait_for_a_collector_that_hangs(collector):
    collector.replies = [b"hang"] * 100
    patient = Sender(allow_private=True, timeout_s=3600)
    async with asyncio.timeout(60), exporting(collector, send=patient, lanes=frozenset({"logs"})) as exporter:
        exporter.found([event("e1")], [])
        await until(lambda: len(collector.replies) < 100)

    assert exporter.counts["logs"].waiting == 1


async def test_what_an_absent_collector_never_got_is_counted_at_the_end(collector):
    await collector.stop()
    told = Told()
    async with exporting(collector, told, lanes=frozenset({"logs"})) as exporter:
        exporter.found([event("e1"), event("e2")], [])
        await until(lambda: told)

    counted = exporter.counts["logs"]
    assert (counted.dropped, counted.rejected, counted.waiting) == (2, 0, 0)
