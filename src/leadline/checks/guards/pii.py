"""Personal data that has a form: addresses, numbers and accounts."""

from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

import msgspec

from leadline.checks.guards import EVERYWHERE, CostClass, Guard
from leadline.checks.guards._account_numbers import cards, social_security_numbers
from leadline.checks.guards._addresses import emails, ip_addresses
from leadline.checks.guards._allowed import Allowed
from leadline.checks.guards._ibans import ibans
from leadline.checks.guards._phones import phones
from leadline.vocabulary import FailureKind, Finding, Place

Sort = Literal["email", "iban", "card", "ssn", "ip", "phone"]
Span = tuple[int, int]

_FINDERS: dict[Sort, Callable[[str], Iterator[Span]]] = {
    "email": emails,
    "iban": ibans,
    "card": cards,
    "ssn": social_security_numbers,
    "ip": ip_addresses,
    "phone": phones,
}
"""Surest first: a span that one has found is left alone by those after it."""

_LONGEST = 320
"""Characters: an e-mail address of 64 + 1 + 253 characters, and the words before a telephone number."""


class Pii(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Finds e-mail addresses, IBANs (length of the country and checksum), payment cards (12 to 19 digits,
    issuer's range and Luhn digit), US social security numbers, IP addresses and telephone numbers (by an
    international prefix, a national form, words such as "call" and "fax" beside them, or the head of their
    column in a table). A finding spans exactly what has to be masked, and is sure: its `score` is 1.

    Blind spots: names, postal addresses, dates of birth and other numbers of identity papers (they have no
    form to go by); a telephone number with neither prefix nor form nor a word beside it, or in a streamed
    table whose head has gone out; cards and accounts with a wrong check digit. Loopback addresses, networks
    and the likes of 2.7.2.3 without a word such as "host" are nobody's.

    Measured on rows made by `training/fresh` (numbers of 34 countries in prose, chat, JSON, CSV and logs;
    look-alikes in each), by layouts and seeds kept apart: precision and recall 1.0 on each sort, but for
    telephone numbers with a precision of .996 and more. At first sight .57 of the cards and .59 of the
    telephone numbers were found, few of those in logs and CSV. On 1,320 values of 45 locales that no author
    of this guard wrote: telephone numbers .99, others 1.0.

    Cost: 0.06 ms for 1 KB.

    Attributes:
        sorts: which of them are looked for.
        allowed: values that are nobody's, such as the house's own number; `@example.com` is every address
            there.
    """

    cost_class: ClassVar[CostClass] = CostClass.FAST
    places: ClassVar[frozenset[Place]] = EVERYWHERE

    sorts: tuple[Sort, ...] = ("email", "iban", "card", "ssn", "ip", "phone")
    allowed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.__dict__["_allowed"] = Allowed(self.allowed)

    @property
    def reach(self) -> int | None:
        return _LONGEST

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self.sorts)

    @property
    def unavailable(self) -> str:
        return "" if self.sorts else "it is told to look for nothing: `sorts` is empty."

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        taken: list[tuple[Span, Sort]] = []
        for sort, find in _FINDERS.items():
            if sort in self.sorts:
                before = tuple(span for span, _ in taken)
                taken += ((span, sort) for span in find(text) if not _overlaps(span, before))
        allowed: Allowed = self.__dict__["_allowed"]
        if allowed:
            taken = [one for one in taken if text[slice(*one[0])] not in allowed]
        return tuple([Finding(FailureKind.SECURITY_PII_LEAK, sort, *span) for span, sort in taken])


def _overlaps(span: Span, others: tuple[Span, ...]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


PLUG: type[Guard] = Pii
