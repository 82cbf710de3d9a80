"""docs/destinations.md is what the destinations say of themselves today, and its example works."""

import re
from pathlib import Path

import msgspec
import pytest

from leadline import plugs
from leadline.configuration.reading import read
from leadline.wiring.destinations import DESTINATIONS
from leadline.wiring.published import page
from leadline.wiring.soundness import mistakes

PAGE = Path(__file__).parents[2] / "docs" / "destinations.md"


def test_the_published_page_is_that_of_the_code():
    again = "run `python -m leadline.wiring.published > docs/destinations.md`"
    assert PAGE.read_text() == page(), again


@pytest.mark.parametrize("name", plugs.names(DESTINATIONS))
def test_every_destination_and_each_of_its_required_settings_is_there(name):
    section = page().split(f"\n## {name}\n")[1].split("\n## ")[0]
    plug = plugs.plug(DESTINATIONS, name)
    assert issubclass(plug, msgspec.Struct)

    for field in msgspec.structs.fields(plug):
        if field.required:
            assert re.search(rf"\| `{field.name}` \| .* \| required \|", section)


def test_the_example_is_sound():
    example = page().split("```yaml\n")[1].split("```")[0]

    assert mistakes(read(example)) == []
