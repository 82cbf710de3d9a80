"""What can be wrong with the files that checks and tool policies name.

A start does without: a lost table stops its own check, which is told as a blind spot, and no gateway.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from leadline import plugs
from leadline.checks.deep import NamesFiles
from leadline.configuration.reading import Mistake, Reading
from leadline.configuration.shape import Config
from leadline.wiring.deep_checks import CHECKS, reading_in
from leadline.wiring.tool_policies import ToolPolicyUnusable, read_text, tool_policy_of


def file_mistakes(reading: Reading, config_path: str) -> Iterator[Mistake]:
    """`config_path` is the configuration's own; files that it names are beside it."""
    folder = Path(config_path).parent
    if reading.rest is not None:
        yield from _of_deep_checks(reading, reading.rest, folder)
    if reading.config is not None:
        yield from _of_tool_policy(reading, reading.config, config_path)


def _of_deep_checks(reading: Reading, config: Config, folder: Path) -> Iterator[Mistake]:
    for index, check in enumerate(config.deep_checks or ()):
        try:
            plug = plugs.build(CHECKS, {**check.settings, "type": check.type})
        except (plugs.UnknownPlug, msgspec.ValidationError):
            continue  # told where its settings stand
        if isinstance(plug, NamesFiles):
            for setting, sentence in plug.faults(reading_in(folder)):
                yield reading.mistake(("deep_checks", index, "settings", setting), sentence)


def _of_tool_policy(reading: Reading, config: Config, config_path: str) -> Iterator[Mistake]:
    """Each file that cannot be read; what is wrong with their content together only when all can be."""
    section = config.tool_policy
    if section is None or not section.enabled:
        return
    unread = []
    for setting, names in (("policies", section.policies), ("tools", section.tools)):
        for index, name in enumerate(names):
            try:
                read_text(Path(config_path).parent / name)
            except ToolPolicyUnusable as error:
                unread.append(reading.mistake(("tool_policy", setting, index), str(error)))
    yield from unread
    if not unread:
        try:
            tool_policy_of(config, config_path)
        except (ValueError, LookupError) as error:
            yield reading.mistake(("tool_policy",), str(error))
