"""The caller's own words, with a gentle error: nothing is lost, and nothing is made up."""

import msgspec

from leadline.policy.rungs import Rung, wants_json
from leadline.vocabulary import Question


class Echo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Gives the last message of the user back below a sentence. Callers that asked for JSON go on.

    - `note`: the sentence.
    - `longest`: characters of the message that are given back.
    """

    note: str = "This could not be answered just now. Your text is unchanged; please try again later."
    longest: int = 8000

    @property
    def alias(self) -> str:
        return ""

    def answer(self, question: Question) -> str | None:
        if wants_json(question) or not question.prompt:
            return None
        return f"{self.note}\n\n{question.prompt[: self.longest]}"


PLUG: type[Rung] = Echo
