"""A prepared answer."""

import msgspec

from leadline.policy.rungs import Rung, wants_json
from leadline.vocabulary import Question


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says the same to everybody.

    - `text`: for people.
    - `json_text`: for callers that asked for JSON; without it they go on to the next rung.
    """

    text: str
    json_text: str | None = None

    @property
    def alias(self) -> str:
        return ""

    def answer(self, question: Question) -> str | None:
        return self.json_text if wants_json(question) else self.text


PLUG: type[Rung] = Template
