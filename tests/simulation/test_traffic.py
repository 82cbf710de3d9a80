"""The simulated clients, and the command that runs them."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from leadline.providers import ClientRequest
from leadline.providers.surfaces import anthropic_messages, gemini_generate, openai_chat
from leadline.simulation.chance import Chance
from leadline.simulation.client_calls import client_call
from leadline.simulation.documents import INJECTION
from leadline.simulation.schedule import TRAFFIC, Episode, Misbehaviour, Schedule
from leadline.simulation.traffic import Traffic

PROVIDERS = {
    "openai": openai_chat.PLUG(),
    "anthropic": anthropic_messages.PLUG(),
    "gemini": gemini_generate.PLUG(),
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "LEADLINE_DEMO_KEY"}


def calls(count, *, injected=False):
    return [client_call(n, Chance(n), "http://g", "sk-demo", injected=injected) for n in range(count)]


def read(call):
    path, _, query = call.request.url.removeprefix("http://g").partition("?")
    request = ClientRequest(
        method="POST", path=path, query=query, headers=call.request.headers, body=call.request.body
    )
    return PROVIDERS[call.protocol].read_question(request)


async def run_until(traffic, enough, rate=200.0):
    stop = asyncio.Event()
    running = asyncio.create_task(traffic.run(rate, stop))
    async with asyncio.timeout(20):
        while not enough():
            await asyncio.sleep(0.01)
    stop.set()
    await running


def test_the_clients_speak_all_protocols_streaming_and_not_for_several_templates():
    made = calls(64)
    templates = {call.request.headers["x-leadline-template"] for call in made}
    features = {call.request.headers["x-leadline-feature"] for call in made}

    assert {(call.protocol, call.streaming) for call in made} == {
        (protocol, streaming) for protocol in PROVIDERS for streaming in (True, False)
    }
    assert templates == {"report-summary", "support-answer", "invoice-fields"}
    assert features == {"reports", "support", "intake"}


def test_each_call_is_read_as_it_was_meant():
    for call in calls(64):
        question = read(call)
        assert question.streaming is call.streaming
        assert question.output_limit == 512
        assert len(question.prompt) > 200
        wants_json = call.request.headers["x-leadline-template"] == "invoice-fields"
        assert (question.schema_json is not None) is wants_json


def test_an_injection_stands_only_in_what_strangers_may_write():
    for call in calls(32, injected=True):
        support = call.request.headers["x-leadline-template"] == "support-answer"
        assert (INJECTION in read(call).prompt) is support


async def test_traffic_counts_what_became_of_each_call(simulated):
    traffic = Traffic(f"{simulated()}/openai-primary", "sk-x", Schedule(), time.time)

    await run_until(traffic, lambda: sum(traffic.outcomes.values()) >= 40)

    assert {outcome for _, outcome in traffic.outcomes} == {"answered"}
    assert {protocol for protocol, _ in traffic.outcomes} == set(PROVIDERS)


@pytest.mark.parametrize(
    ("misbehaviour", "outcome"),
    [(Misbehaviour.UNAVAILABLE, "failed 503"), (Misbehaviour.RESET, "unreachable")],
)
async def test_traffic_goes_on_when_calls_fail(simulated, misbehaviour, outcome):
    traffic = Traffic(f"{simulated(misbehaviour)}/ill", "sk-x", Schedule(), time.time)

    await run_until(traffic, lambda: sum(traffic.outcomes.values()) >= 20)

    assert {found for _, found in traffic.outcomes} == {outcome}


async def test_traffic_goes_on_when_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    always = Episode(provider=TRAFFIC, misbehaviour=Misbehaviour.INJECTED_PROMPT, begins_s=0, ends_s=1e9)
    traffic = Traffic(f"http://127.0.0.1:{port}", "sk-x", Schedule((always,)), time.time)

    await run_until(traffic, lambda: sum(traffic.outcomes.values()) >= 5)

    assert {outcome for _, outcome in traffic.outcomes} == {"unreachable"}


def listed_models(url):
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{url}/x/v1/models", timeout=5) as answer:  # noqa: S310  loopback
                return json.load(answer)["data"]
        except OSError:
            assert time.monotonic() < deadline, "the simulation does not answer"


def test_the_command_serves_on_a_given_socket_and_ends_cleanly_on_sigterm():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        arguments = ["--fd", str(listener.fileno()), "--gateway", f"{url}/gemini", "--rate", "20"]
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "leadline.simulation", *arguments],
            pass_fds=(listener.fileno(),),
            env={**ENVIRONMENT, "LEADLINE_DEMO_KEY": "sk-demo"},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert listed_models(url)
            process.send_signal(signal.SIGTERM)
            _, words = process.communicate(timeout=20)
        finally:
            process.kill()
            process.wait()

    assert (process.returncode, words) == (0, "")


def test_the_command_says_which_key_is_missing():
    run = subprocess.run(
        [sys.executable, "-m", "leadline.simulation", "--port", "0", "--gateway", "http://127.0.0.1:1"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert run.returncode == 2
    assert "LEADLINE_DEMO_KEY is not set" in run.stderr
