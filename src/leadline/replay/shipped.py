"""The scenarios that come with Leadline: canonical, of public incidents, and for single rules."""

from importlib import resources

import yaml

from leadline.replay.generating import Description, generated
from leadline.replay.scenario import Scenario

FOLDER = resources.files("leadline.replay") / "scenarios"


def names() -> list[str]:
    files = (file.name for file in FOLDER.iterdir())
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


def scenario(name: str) -> Scenario:
    """Raises LookupError naming those that there are."""
    if name not in names():
        raise LookupError(f"no scenario {name!r} comes with Leadline; there are {', '.join(names())}.")
    told = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return generated(Description.of(told))
