"""Another model: the targets of another alias, such as a smaller one or one at another provider."""

import msgspec

from leadline.policy.rungs import Rung
from leadline.vocabulary import Question


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks the targets of another alias, in their order. Those that were tried before are left out.

    - `alias`: a name under `models:`.
    """

    alias: str

    def answer(self, question: Question) -> str | None:  # noqa: ARG002 - the Protocol's shape
        return None


PLUG: type[Rung] = Model
