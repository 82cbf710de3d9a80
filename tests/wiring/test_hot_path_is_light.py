"""The real `leadline gateway` loads nothing that only the watch, control or the command line need."""

import json
import signal
import subprocess
import sys
import textwrap
import time

import pytest

FORBIDDEN = (
    "leadline.storage",
    "leadline.triage",
    "leadline.checks.deep",
    "leadline.destinations",
    "leadline.watch",
    "leadline.control",
    "leadline.supervisor",
    "duckdb",
    "pyarrow",
    "sqlalchemy",
    "nicegui",
    "fastapi",
    "genai_prices",
    "httpx",
    "aiohttp",
)


def test_a_running_gateway_has_loaded_no_storage_triage_or_console(tmp_path):
    modules = loaded_by_a_gateway(tmp_path)

    assert "leadline.gateway.app" in modules
    assert [m for m in modules if m.startswith(FORBIDDEN)] == []


@pytest.mark.usefixtures("names")
def test_a_model_of_names_is_loaded_by_its_check_process_and_not_by_the_worker(tmp_path):
    rails = """
        guardrails:
          policies:
            people@1: {mode: enforce, stream: hold, rules: [{guard: names, places: [output], word: redact}]}
          everywhere: [people]
    """
    modules = loaded_by_a_gateway(tmp_path, textwrap.dedent(rails))

    assert "leadline.checks.guards.names" in modules
    assert [m for m in modules if m.startswith(("onnxruntime", "arcjet"))] == []


def loaded_by_a_gateway(tmp_path, more=""):
    """The names of all modules in the real command when it ends."""
    config = tmp_path / "leadline.yaml"
    config.write_text(
        textwrap.dedent(f"""
        data_dir: {tmp_path}/data
        gateway: {{listen: "127.0.0.1:0"}}
        providers: {{main: {{type: openai, api_key: env:HOME, base_url: "http://127.0.0.1:9/v1"}}}}
        models: {{chat: {{targets: [{{provider: main}}]}}}}
        keys: [{{alias: app, sha256: "{"0" * 64}"}}]
        """)
        + more
    )
    loaded = tmp_path / "modules.json"
    # the real command, whose last act is to write down what it has loaded
    probe = (
        "import atexit, json, sys\n"
        "from pathlib import Path\n"
        f"atexit.register(lambda: Path({str(loaded)!r}).write_text(json.dumps(sorted(sys.modules))))\n"
        f"sys.argv = ['leadline', 'gateway', '-c', {str(config)!r}]\n"
        "from leadline.cli import main\n"
        "main()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", probe], stderr=subprocess.PIPE)
    spool = tmp_path / "data" / "spool"
    deadline = time.monotonic() + 60
    while process.poll() is None and not list(spool.glob("*.spool")):
        assert time.monotonic() < deadline, "its heartbeat never came"
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, words = process.communicate(timeout=60)

    assert process.returncode == 0, words
    return json.loads(loaded.read_text())
