"""The control API's OpenAPI document, from the routes themselves: `python -m leadline.control.openapi`."""

import sys
from pathlib import Path

import msgspec

from leadline.control.admin_key import AdminKey
from leadline.control.api import create_api
from leadline.control.books import HoldBook, RouteBook, RuleBook
from leadline.control.parts import ControlParts
from leadline.control.plan_writer import PlanWriter
from leadline.vocabulary import Ask, Plan, Told


def document() -> dict[str, object]:
    """Built without starting anything: the routes are asked what they are."""
    parts = ControlParts(
        ask=_nobody,
        plans=PlanWriter(Path("plan.msgpack"), lambda: Plan(generation=0, created_at=0.0)),
        tool_rules=RuleBook(Path("tool-rules.json")),
        routes=RouteBook(Path("routes.json"), dict),
        holds=HoldBook(Path("holds.json")),
        admin_key=AdminKey(path=Path("admin.key"), digest=b""),
    )
    return create_api(parts).openapi()


async def _nobody(_question: Ask) -> Told:
    raise ConnectionError("this process only describes the API")


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document()), indent=2) + b"\n")
