"""A whole house on loopback, an upstream that does what a test says, and a pager that remembers."""

import contextlib
import json
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from leadline.asking import OwnerUnreachable, ask_blocking
from leadline.measures.tokens import count_text, warm
from leadline.vocabulary import Ask, Query

Reply = tuple[int, dict[str, str], bytes]
QUICKLY_OVER = {"resolve_after_s": 40.0, "error_rate_window_s": 100.0}
"""Rules by which an incident that is over is told so after two seconds at the usual time scale of 0.05."""
APP_KEY, UPSTREAM_KEY = "sk-app-of-the-test", "sk-upstream-of-the-test"


class Upstream:
    """A provider: `script(body) -> (status, headers, bytes)` decides each answer; `seen` keeps requests."""

    def __init__(self, script: Callable[[dict], Reply]) -> None:
        warm("gpt-4o-mini")  # on a busy machine the first answer would come too late for the gateway
        self.script = script
        self.seen: list[dict] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length", 0)))
                body = json.loads(raw)
                outer.seen.append({"path": self.path, "headers": dict(self.headers), "body": body})
                status, headers, data = outer.script(body)
                self.send_response(status)
                for name, value in {"content-length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a stream that was stopped
                    self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def completion(text: str, asked: dict, finish: str = "stop") -> Reply:
    """A chat completion that bills what the question comes to."""
    words = sum(count_text(message["content"], "gpt-4o-mini") + 4 for message in asked["messages"])
    prompt_tokens, completion_tokens = words + 3, count_text(text, "gpt-4o-mini")
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": finish,
                "logprobs": None,
            }
        ],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()


def outage() -> Reply:
    body = {
        "error": {"message": "The server had an error", "type": "server_error", "param": None, "code": None}
    }
    return 503, {"content-type": "application/json"}, json.dumps(body).encode()


class DidNotOpen(Exception):
    """`leadline up` ended before it served; the message is all that it said."""


class House:
    """`leadline up` as a process of its own."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        self.config = folder / "leadline.yaml"
        self.config.write_text(text)
        self.log = (folder / "log.txt").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "leadline", "up", "-c", str(self.config)],
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.gateway = self._address("Gateway")
        self.console = self._address("Console")
        self.metrics = self._address("Metrics")
        self._draining = threading.Thread(target=self._drain, daemon=True)
        self._draining.start()

    def _address(self, name: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.match(rf"{name}\s+(http://[^\s/]+(?:/metrics)?)", line)
            if found:
                return found[1]
        words = self.words()
        self.process.stdout.close()
        self.process.wait(30)
        self.log.close()
        raise DidNotOpen(words)

    def _drain(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    def words(self) -> str:
        self.log.flush()
        return "".join(self.lines) + (self.folder / "log.txt").read_text()

    def ask(
        self, text: str, *, headers: Mapping[str, str] = {}, **more: object
    ) -> tuple[int, dict[str, str], dict]:
        """One chat completion through the gateway: status, headers (lower-case names), body."""
        usual = {"authorization": f"Bearer {APP_KEY}", "content-type": "application/json"}
        body = {"model": "chat", "messages": [{"role": "user", "content": text}], **more}
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.gateway}/v1/chat/completions", json.dumps(body).encode(), {**usual, **headers}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {k.lower(): v for k, v in error.headers.items()}, json.load(error)

    def rows(self, query: Query, **arguments: object) -> list[dict]:
        """What the watch knows; nothing while it is not there."""
        path = self.folder / "data" / "watch.sock"
        try:
            return list(ask_blocking(path, Ask(name=query, arguments=dict(arguments), limit=1000)).rows)
        except OwnerUnreachable:
            return []

    def told(self, command: str, *arguments: str) -> list[dict]:
        """Rows of `leadline COMMAND --json`."""
        run = subprocess.run(
            [sys.executable, "-m", "leadline", command, "-c", str(self.config), "--json", *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        rows: list[dict] = json.loads(run.stdout)
        return rows

    def close(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(60)
        self._draining.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()
        return status


def until(condition: Callable[[], object], seconds: float = 60.0, what: str = "") -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain {what}"
        time.sleep(0.1)


def configuration(
    folder: Path,
    first: str,
    second: str,
    pager: str,
    time_scale: float = 0.05,
    overrides: Mapping[str, float] = {},
) -> str:
    """Two same-protocol targets, primary and fallback, of two providers; one pager."""
    return f"""
data_dir: {folder}/data
gateway: {{listen: "127.0.0.1:0"}}
control: {{listen: "127.0.0.1:0"}}
watch:
  listen: "127.0.0.1:0"
  allow_private_destinations: true
  rules: {{time_scale: {time_scale}, overrides: {json.dumps(dict(overrides))}}}
supervisor: {{metrics_port: 0}}
providers:
  first: {{type: openai, base_url: "{first}/v1", api_key: env:TEST_UPSTREAM_KEY}}
  second: {{type: openai, base_url: "{second}/v1", api_key: env:TEST_UPSTREAM_KEY}}
models:
  chat:
    targets: [{{provider: first, model: gpt-4o-mini}}, {{provider: second, model: gpt-4o-mini}}]
    timeouts: {{connect: 1s, first_byte: 5s}}
keys:
  - {{alias: app, key: env:TEST_APP_KEY, tenant: acme, class: revenue, capture: keep}}
destinations:
  pager: {{type: webhook, url: "{pager}/hook", at_least: low}}
"""


class Traffic:
    """Calls again and again, about twenty times a second, until the block ends."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(2)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            self._call()
