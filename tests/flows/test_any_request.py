"""Whatever is sent to the gateway or the control API, neither fails on its own side nor hangs."""

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.flows.support import APP_KEY, Reply, completion, configuration

SCHEMATHESIS = Path(__file__).parents[2] / ".clients" / "schemathesis" / "bin" / "schemathesis"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def house(open_house, upstreams, tmp_path):
    if not SCHEMATHESIS.exists():
        pytest.skip("no environment for schemathesis; `scripts/clients schemathesis` makes it")
    healthy = upstreams(_fine)
    return open_house(configuration(tmp_path, healthy.url, healthy.url, healthy.url))


def _fine(asked: Any) -> Reply:
    """It speaks chat completions only, and refuses the rest as a provider would."""
    if isinstance(asked, dict) and "messages" in asked:
        return completion("Fine.", {"messages": []})
    error = {"message": "This is not for me.", "type": "invalid_request_error", "param": None, "code": None}
    return 400, {"content-type": "application/json"}, json.dumps({"error": error}).encode()


def document(url: str, key: str) -> Any:
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {key}"})  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def asked(told: Any, base: str, key: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Examples, odd values and chance, each call within ten seconds; anything from 500 on is a failure."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(told))
    words = f"run {path} --url {base} --checks not_a_server_error --request-timeout 10 --max-examples 15"
    words += " --phases examples,coverage,fuzzing --seed 7 --no-color --continue-on-failure"
    header = f"Authorization: Bearer {key}"
    return subprocess.run(
        [SCHEMATHESIS, *words.split(), "--header", header, "--suppress-health-check", "all"],
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
        cwd=folder,
    )


def test_the_gateway_never_fails_on_its_own_side(house, tmp_path):
    told = document(f"{house.gateway}/openapi.json", APP_KEY)
    for methods in told["paths"].values():
        for operation in methods.values():
            _with_a_model_that_is_there(operation)

    run = asked(told, house.gateway, APP_KEY, tmp_path)

    assert run.returncode == 0, run.stdout
    assert "mistake" not in house.words()


def _with_a_model_that_is_there(operation: Any) -> None:
    """Else nothing would get past the routes."""
    for parameter in operation["parameters"]:
        if parameter["name"] == "model":
            parameter["schema"] = {"enum": ["chat"]}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "model" in content["schema"].get("properties", {}):
            content["schema"]["properties"]["model"] = {"enum": ["chat"]}


def test_the_control_api_never_fails_on_its_own_side(house, tmp_path):
    key = (house.folder / "data" / "admin.key").read_text().strip()
    told = document(f"{house.console}/api/openapi.json", key)

    run = asked(told, house.console, key, tmp_path)

    assert run.returncode == 0, run.stdout
