"""The shipped Prometheus rules are valid and speak of metrics that Leadline has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "prometheus" / "leadline.rules.yml"


def expressions():
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def test_promtool_accepts_the_rules():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")

    run = subprocess.run([promtool, "check", "rules", RULES], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr


def test_every_metric_in_the_rules_exists():
    source = "".join(path.read_text() for path in (ROOT / "src" / "leadline").rglob("*.py"))
    named = set(re.findall(r"leadline_\w+", " ".join(expressions())))

    assert len(named) >= 8
    assert [name for name in named if f'"{name.removesuffix("_total")}"' not in source] == []


def test_one_rule_always_fires():
    assert "vector(1)" in expressions()
