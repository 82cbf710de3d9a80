"""docs/opentelemetry.md names every setting, and its example works."""

from pathlib import Path

import pytest

from leadline.configuration.reading import read
from leadline.configuration.shape import OtlpSection
from leadline.wiring.soundness import mistakes

PAGE = (Path(__file__).parents[2] / "docs" / "opentelemetry.md").read_text()


@pytest.mark.parametrize("setting", OtlpSection.model_fields)
def test_every_setting_is_explained(setting):
    assert f"`{setting}`" in PAGE


def test_the_example_is_sound():
    example = PAGE.split("```yaml\n")[1].split("```")[0]

    assert mistakes(read(example)) == []
