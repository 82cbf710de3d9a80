"""Keys, tokens and passwords."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec

from leadline.checks.guards import EVERYWHERE, CostClass, Guard
from leadline.checks.guards._issuer_forms import FORMS_ANYWHERE, FORMS_IN_A_WORD, SHORTEST, Form
from leadline.checks.guards._secret_forms import assigned_values, is_placeholder, prefixed_keys
from leadline.vocabulary import FailureKind, Finding, Place

_READ_OF_A_KEY = 200
"""Characters: in a long key four letters of a placeholder's come about by chance."""


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Finds credentials by the form that 110 issuers give them (cloud, code host, model provider, payment,
    mail, chat and database keys, JSON web tokens, private keys, connection strings, Telegram and Discord
    bots), long words that begin as keys do (`sk-`, `acme_api_`) and go on at random, and values that look
    random where they are assigned to a name such as `password`, `secret`, `token` or `api_key`, in
    settings, options, headers, `curl -u`, XML and sentences ("my password is"). A finding spans what has to
    be masked, and is sure: its `score` is 1. `label` names the form; `key` is one of no known issuer.

    Placeholders (`<your-password>`, `xxxx`, `sk-...`, `${TOKEN}`, `env:TOKEN`, AWS's EXAMPLE keys) are no
    secrets, nor are hashes, identifiers (`toolu_...`, `pi_...`), publishable keys and addresses.

    Blind spots: passwords made of words; random values beside no telling name; keys that are cut up; keys of
    issuers that are not listed: of 70 kinds not looked at before, half were found.

    Measured on rows made by `training/fresh` (149 kinds of secrets, 93 of look-alikes, in eight surroundings,
    half of the kinds kept apart): .999 caught, no false alarms; at first sight .36 and 11 %. On 415 generated
    texts of 35 kinds all 220 secrets are caught, and none of 195 others is flagged.

    Cost: 0.08 ms for 1 KB.

    Attributes:
        assigned: false finds the issuers' forms only, and no values beside telling names.
    """

    cost_class: ClassVar[CostClass] = CostClass.FAST
    places: ClassVar[frozenset[Place]] = EVERYWHERE

    assigned: bool = True

    @property
    def reach(self) -> int | None:
        return 4096  # characters of the longest private key that is still shown whole

    @property
    def labels(self) -> frozenset[str]:
        values = {"key", "assigned"} if self.assigned else {"key"}
        return frozenset(values.union(form.label for form in (*FORMS_IN_A_WORD, *FORMS_ANYWHERE)))

    @property
    def unavailable(self) -> str:
        return ""

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        long_words = " ".join([word for word in text.split() if len(word) >= SHORTEST])
        taken: dict[tuple[int, int], str] = {}
        for form in (*_marked(FORMS_ANYWHERE, text), *_marked(FORMS_IN_A_WORD, long_words)):
            for match in form.pattern.finditer(text):
                if not is_placeholder(match.group()[:_READ_OF_A_KEY]):
                    taken.setdefault(match.span(), form.label)
        for label, start, end in self._of_no_form(text, prefixed=bool(long_words)):
            if not any(start < other_end and other < end for other, other_end in taken):
                taken[start, end] = label
        return tuple(
            [Finding(FailureKind.SECURITY_SECRET_LEAK, label, *span) for span, label in taken.items()]
        )

    def _of_no_form(self, text: str, *, prefixed: bool) -> Iterator[tuple[str, int, int]]:
        if prefixed:
            yield from (("key", *span) for span in prefixed_keys(text))
        if self.assigned:
            yield from (("assigned", *span) for span in assigned_values(text))


def _marked(forms: Sequence[Form], text: str) -> Sequence[Form]:
    return [form for form in forms if form.mark in text] if text else ()


PLUG: type[Guard] = Secrets
