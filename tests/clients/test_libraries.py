"""Other client libraries, each in an environment of its own (`scripts/clients`), through a real gateway."""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from tests.clients.assistant import ARGUMENTS, BEHAVIOURS, VECTOR, Assistant
from tests.clients.faults import TEXT
from tests.clients.gateway_process import APP_KEY, PROVIDER_KEYS, Gateway, variable

ROOT = Path(__file__).parents[2]
DRIVERS = {
    path.stem.removeprefix("drive_").replace("_", "-"): path
    for path in sorted((Path(__file__).parent / "libraries").glob("drive_*.py"))
}
ERRORS = ("429", "503", "529")
INSISTENT = {
    "langchain-google-genai": {("gemini", "429"): 2, ("gemini", "503"): 2},
    "llama-index": {("openai", "429"): 3, ("openai", "503"): 3, ("openai", "529"): 3},
}
"""Libraries that ask again in spite of `x-should-retry: false`, and how often in all."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def upstream():
    upstream = Assistant()
    yield upstream
    upstream.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, upstream):
    """An alias for each behaviour and protocol, such as `cut-openai`; one try each."""
    providers = {
        f"{name}-{kind}": {
            "type": kind,
            "base_url": f"{upstream.url}/{name}",
            "api_key": f"env:{variable(kind)}",
        }
        for name in BEHAVIOURS
        for kind in PROVIDER_KEYS
    }
    models = {name: {"targets": [{"provider": name, "model": "m"}], "retries": 0} for name in providers}
    keys = [{"alias": "app", "key": f"env:{variable('app')}"}]
    unguarded = {"breaker": {"enabled": False}}
    gateway = Gateway(
        tmp_path_factory.mktemp("libraries"),
        {"gateway": unguarded, "providers": providers, "models": models, "keys": keys},
    )
    yield gateway
    gateway.close()


@pytest.fixture(scope="module", params=DRIVERS)
def library(request, gateway, upstream):
    """A library's name, what it made of each protocol and case, and how often the upstream was asked."""
    name = request.param
    python = ROOT / ".clients" / name / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no environment for {name}; `scripts/clients {name}` makes it")
    upstream.seen.clear()
    run = subprocess.run(
        [python, DRIVERS[name], gateway.url, APP_KEY],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"PATH": os.environ["PATH"], "LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "*"},
    )
    assert run.returncode == 0, run.stderr[-2000:]
    told = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    asked = Counter({behaviour: len(seen) for behaviour, seen in upstream.seen.items()})
    return name, {(one["protocol"], one["case"]): one for one in told}, asked


def of(library, *cases):
    found = {key: one for key, one in library[1].items() if key[1] in cases}
    assert found or cases[0] in ("tools", "embeddings"), "some libraries have no tools or no embeddings"
    return found


def test_an_answer_arrives_whole(library):
    wanted = ARGUMENTS if library[0] == "instructor" else TEXT
    for key, one in of(library, "plain").items():
        assert (one["told"], one["raised"]) == (wanted, ""), key


def test_a_stream_arrives_whole(library):
    for key, one in of(library, "stream").items():
        told = json.loads(one["told"]) if library[0] == "instructor" and one["told"] else one["told"]
        assert (told, one["raised"]) == (ARGUMENTS if library[0] == "instructor" else TEXT, ""), key


def test_a_tool_is_called_with_its_arguments(library):
    for key, one in of(library, "tools").items():
        assert (one["told"], one["raised"]) == ({"city": "Paris"}, ""), key


def test_structured_output_is_the_object_asked_for(library):
    if library[0] == "llama-index":
        return
    for key, one in of(library, "structured").items():
        assert (one["told"], one["raised"]) == (ARGUMENTS, ""), key


def test_embeddings_are_vectors(library):
    for key, one in of(library, "embeddings").items():
        assert (one["told"], one["raised"]) == (VECTOR, ""), key


def test_an_upstream_s_error_raises_and_is_not_asked_for_again(library):
    name, _, asked = library
    found = of(library, *ERRORS)
    again = {key: times for key in found if (times := asked[f"{key[1]}-{key[0]}"]) != 1}

    assert all(one["raised"] for one in found.values())
    assert again == INSISTENT.get(name, {})


def test_a_cut_stream_raises(library):
    """Without a gateway most of these take what came for the whole answer, some with the reason `stop`."""
    for key, one in of(library, "cut").items():
        assert one["raised"], (key, one["told"])
        assert TEXT not in one["told"], key
