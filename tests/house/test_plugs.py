"""Every plug file keeps the promises of its folder."""

import importlib

import msgspec
import pytest

from leadline import plugs

FOLDERS = [
    "leadline.providers",
    "leadline.checks.inline",
    "leadline.checks.deep",
    "leadline.checks.guards",
    "leadline.destinations",
]
PLUGS = [(folder, name) for folder in FOLDERS for name in plugs.names(folder)]


@pytest.mark.parametrize(("folder", "name"), PLUGS)
def test_a_plug_is_documented_and_refuses_unknown_settings(folder, name):
    module = importlib.import_module(f"{folder}.{name}")

    assert module.__doc__
    assert module.PLUG.__doc__
    with pytest.raises(msgspec.ValidationError, match=r"typo|missing required"):
        plugs.build(folder, {"type": name, "typo": 1})


def test_an_unknown_plug_is_told_the_nearest_name():
    with pytest.raises(plugs.UnknownPlug, match="Did you mean 'openai'"):
        plugs.build("leadline.providers", {"type": "opena1"})
