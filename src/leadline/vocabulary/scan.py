"""What a worker and its check process say to each other: frames of msgpack, each after its length."""

import msgspec

from leadline.vocabulary.finding import Finding, Place
from leadline.vocabulary.guardrail import GuardSettings


class ScanSetup(msgspec.Struct, frozen=True):
    """The first frame: the guards by name."""

    guards: dict[str, GuardSettings] = {}


class ScanJob(msgspec.Struct, frozen=True):
    """Texts with their places, and the guards with the places that each looks at. `system_prompt` is that of
    the request which the texts belong to, where a guard wants to know it.
    """

    texts: tuple[tuple[Place, str], ...]
    guards: dict[str, tuple[Place, ...]]
    system_prompt: tuple[str, ...] = ()


class ScanAnswer(msgspec.Struct, frozen=True):
    """(guard, number of the text, finding), and why a guard did not look. The answer to a setup, too."""

    found: tuple[tuple[str, int, Finding], ...] = ()
    broken: dict[str, str] = {}
