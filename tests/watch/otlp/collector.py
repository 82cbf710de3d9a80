"""A collector: a real HTTP server that takes OTLP, unpacks it and decodes it with the official protobuf."""

import asyncio
import gzip
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS: dict[str, Any] = {
    "/v1/logs": ExportLogsServiceRequest,
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
}


def plain(value):
    """An AnyValue as Python has it."""
    kind = value.WhichOneof("value")
    return [plain(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, kind)


def known(attributes):
    return {one.key: plain(one.value) for one in attributes}


class Collector:
    """Answers with `replies` in turn, then 200. `heard` are (path, headers, decoded request)."""

    def __init__(self):
        self.port = 0
        self.replies = []
        self.body = b""
        self.heard = []
        self._writers = set()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def logs(self):
        return [
            record
            for path, _, body in self.heard
            if path == "/v1/logs"
            for record in body.resource_logs[0].scope_logs[0].log_records
        ]

    @property
    def spans(self):
        return [
            span
            for path, _, body in self.heard
            if path == "/v1/traces"
            for span in body.resource_spans[0].scope_spans[0].spans
        ]

    def named(self, event_name):
        return [record for record in self.logs if record.event_name == event_name]

    async def serve(self, reader, writer):
        self._writers.add(writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")[:-2]
        headers = dict(line.lower().split(": ", 1) for line in lines)
        body = await reader.readexactly(int(headers["content-length"]))
        reply = self.replies.pop(0) if self.replies else b"200 OK"
        if reply == b"hang":
            return
        if reply.startswith(b"200"):
            body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
            path = first.split(" ")[1]
            self.heard.append((path, headers, REQUESTS[path].FromString(body)))
        answer = self.body if reply.startswith(b"200") else b""
        writer.write(b"HTTP/1.1 %b\r\ncontent-length: %d\r\n\r\n%b" % (reply, len(answer), answer))
        writer.close()

    async def start(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self):
        self.server.close()
        for writer in self._writers:
            writer.close()
        await self.server.wait_closed()
