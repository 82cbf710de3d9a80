"""A process that cannot begin says why in one sentence and ends with a code of its own."""

import subprocess
import sys

from leadline.wiring.process import BAD_CONFIGURATION


def test_damaged_decisions_end_the_start_with_a_sentence(tmp_path):
    (tmp_path / "breaker_holds.json").write_text("{")
    config = tmp_path / "leadline.yaml"
    config.write_text(f"data_dir: {tmp_path}\ncontrol: {{listen: '127.0.0.1:0'}}\n")

    ended = subprocess.run(
        [sys.executable, "-m", "leadline.wiring.control", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == BAD_CONFIGURATION
    assert "breaker_holds.json holds the breakers that people hold and is damaged" in ended.stderr
    assert "Traceback" not in ended.stderr
