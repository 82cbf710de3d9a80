"""`leadline notify test` sends a sample as a real incident would be sent, and says what was answered."""

import http.server
import json
import threading

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app


class Server(http.server.HTTPServer):
    """`heard` are the bodies that came; `answer` is the status and bytes that it gives."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.heard: list[dict] = []
        self.answer = 202, b'{"status": "success"}'


class Receiver(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append(json.loads(body))
        answer = self.server.answer
        self.send_response(answer[0])
        self.send_header("content-length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def receiver():
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        yield server
        server.shutdown()


@pytest.fixture
def notify(tmp_path, receiver):
    def run(*arguments, private="true"):
        path = tmp_path / "leadline.yaml"
        path.write_text(
            f"data_dir: {tmp_path}/data\nwatch: {{allow_private_destinations: {private}}}\ndestinations:\n"
            f"  pager: {{type: pagerduty, routing_key: k, url: 'http://127.0.0.1:{receiver.server_port}'}}\n"
            "  gone: {type: webhook, url: env:SURELY_NOT_SET_ANYWHERE}\n"
        )
        return CliRunner().invoke(app, ["notify", "test", *arguments, "-c", str(path)])

    return run


def test_a_sample_is_sent_and_its_end_closes_it(notify, receiver, tmp_path):
    opened, closed = notify("pager"), notify("pager", "--resolve")

    assert (opened.exit_code, closed.exit_code) == (0, 0)
    assert opened.output == 'pager answered 202: {"status": "success"}\n'
    first, last = receiver.heard
    assert (first["event_action"], last["event_action"]) == ("trigger", "resolve")
    assert first["dedup_key"] == last["dedup_key"] == "leadline-test"
    details = first["payload"]["custom_details"]
    assert "nothing has failed" in details["mitigation"]
    assert len(details["questions"]) == 3
    assert not (tmp_path / "data").exists()


def test_a_refusal_is_told_with_what_was_answered(notify, receiver):
    receiver.answer = (400, b'{"message": "Invalid routing key"}')

    result = notify("pager")

    assert result.exit_code == 1
    assert "pager answered 400" in result.output
    assert "Invalid routing key" in result.output


def test_a_private_address_is_told_with_the_setting(notify):
    result = notify("pager", private="false")

    assert result.exit_code == 1
    assert "allow_private_destinations" in result.output


@pytest.mark.parametrize(
    ("name", "words"), [("pagr", "Did you mean 'pager'?"), ("gone", "SURELY_NOT_SET_ANYWHERE is not set")]
)
def test_what_leads_nowhere_is_told_with_its_cure(notify, name, words):
    result = notify(name)

    assert result.exit_code == 2
    assert words in result.output
