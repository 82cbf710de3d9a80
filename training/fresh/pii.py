"""Rows with personal data in prose, chat, JSON, CSV and logs, and rows with what only looks like it."""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from training.fresh.look_alikes import KINDS, look_alike
from training.fresh.numbers import (
    CARDS,
    IBANS,
    PHONES,
    address_v4,
    address_v6,
    card,
    email,
    iban,
    phone,
    social_security,
)
from training.fresh.writing import FreshRow, Piece, joined, split_of

SORTS: dict[str, Callable[[Random], str]] = {
    "EMAIL_ADDRESS": email,
    "IBAN_CODE": lambda chance: iban(chance, chance.choice(tuple(IBANS))),
    "CREDIT_CARD": lambda chance: card(chance, chance.choice(tuple(CARDS))),
    "US_SSN": social_security,
    "IP_ADDRESS": lambda chance: chance.choice((address_v4, address_v4, address_v6))(chance),
    "PHONE_NUMBER": lambda chance: phone(chance, chance.choice(tuple(PHONES))),
}
PROSE = {
    "EMAIL_ADDRESS": ("Please write to {} before Friday.", "mail me: {}",
                      "Kontakt: {}, Betreff frei lassen.",
                      "Contact <{}> for access.", "His address ({}) bounced twice.", "cc {}; bcc nobody"),
    "IBAN_CODE": ("Bitte überweisen Sie den Betrag auf {}.", "Transfer it to {}, please.", "IBAN: {}",
                  "Le virement est à faire sur le compte {} avant lundi.", "pay {} and send the receipt",
                  "My account ({}) was debited."),
    "CREDIT_CARD": ("Charge it to {} please.", "My card number is {} and it was declined.",
                    "Karte {} sperren!",
                    "He read out {} over the line.", "card: {}, exp 09/28", "numéro de carte {}"),
    "US_SSN": ("My social is {}.", "SSN {} on file", "She gave {} as her social security number.",
               "Applicant ({}) was approved.", "ssn={}", "Enter {} in box a of the W-2."),
    "IP_ADDRESS": ("The request came from {}.", "Block {} at the firewall.", "ping {} fails",
                   "host {}, port 443",
                   "Banned: {} (spam)", "Der Server {} antwortet nicht."),
    "PHONE_NUMBER": ("Call me on {} after six.", "You can reach her at {}.", "Tel.: {}",
                     "My new number is {}.",
                     "Bitte rufen Sie mich unter {} zurück.", "WhatsApp {} works best",
                     "Mobile {}, ask for Tom",
                     "Mon numéro est le {}, merci.", "Llámame al {} mañana.", "Ring {} or send a text",
                     "Il mio numero di telefono è {}.", "Meu celular: {}", "text {} for details",
                     "Fax: {}", "She left a voicemail from {}.", "Mein Handy ist {}.", "phone number {}",
                     "Mijn telefoonnummer is {}.", "Numer telefonu: {}", "Emergency contact: {} (mother)"),
}  # fmt: skip
KEYS = {
    "EMAIL_ADDRESS": ("email", "contact_email"), "IBAN_CODE": ("iban", "account"),
    "CREDIT_CARD": ("card_number", "pan"), "US_SSN": ("ssn", "tax_id"), "IP_ADDRESS": ("client_ip",
                    "remote_addr"),
    "PHONE_NUMBER": ("phone", "mobileNumber", "telephone", "contact_phone"),
}  # fmt: skip
FILLERS = ("Thanks a lot in advance.", "This is about {}.", "It is the one with {} on it.",
           "See {} for details.",
           "Reference: {}", "I looked at {} yesterday and it seems fine.")  # fmt: skip


def rows(seed: int, count: int) -> Iterator[FreshRow]:
    """A third of them without personal data."""
    chance = Random(seed)  # noqa: S311 - the same rows from the same seed
    for number in range(count):
        sort = "" if number % 3 == 2 else tuple(SORTS)[number // 3 % len(SORTS)]
        layout = chance.randrange(2 * len(LAYOUTS))
        pieces = LAYOUTS[layout // 2](chance, sort, layout % 2)
        text, spans = joined(pieces)
        yield FreshRow(
            id=f"fresh-pii-{seed}-{number}",
            split=split_of(layout),
            text=text,
            kind=sort or "none",
            label=int(bool(spans)),
            spans=spans,
        )


def _value(chance: Random, sort: str) -> Piece:
    return Piece(SORTS[sort](chance), sort) if sort else Piece(look_alike(chance, chance.choice(KINDS)))


def _told(chance: Random, sort: str, half: int) -> Sequence[Piece]:
    """A sentence around the value; those of one half are never in the other."""
    choices = (PROSE[sort] if sort else FILLERS[1:])[half::2]
    before, _, behind = chance.choice(choices).partition("{}")
    return (Piece(before), _value(chance, sort), Piece(behind))


def _prose(chance: Random, sort: str, half: int) -> Sequence[Piece]:
    return (
        *_told(chance, "", half),
        Piece(" "),
        *_told(chance, sort, half),
        Piece(" "),
        *_told(chance, "", half),
    )


def _short(chance: Random, sort: str, half: int) -> Sequence[Piece]:
    return _told(chance, sort, half)


def _chat(chance: Random, sort: str, half: int) -> Sequence[Piece]:
    turn = ("\nagent: ", "\nme: ")[half]
    return (Piece("customer: hi, "), *_told(chance, sort, half), Piece(turn), *_told(chance, "", half))


def _json(chance: Random, sort: str, half: int) -> Sequence[Piece]:
    key = chance.choice(KEYS[sort][half::2]) if sort else chance.choice(("ref", "note", "trace"))
    colon, comma = ((": ", ", "), (":", ","))[half]
    return (
        Piece(f'{{"id"{colon}{chance.randint(10**6, 10**10)}{comma}"{key}"{colon}"'),
        _value(chance, sort),
        Piece(f'"{comma}"created"{colon}"{look_alike(chance, "date")}"}}'),
    )


def _table(chance: Random, sort: str, half: int) -> Sequence[Piece]:
    between = (",", ";")[half]
    head = chance.choice(KEYS[sort][half::2]) if sort else "reference"
    pieces = [Piece(between.join(("name", head, "created")) + "\n")]
    for _ in range(chance.randint(2, 4)):
        name = chance.choice(("Anna", "Bruno", "Chen", "Devi"))
        created = look_alike(chance, "date").replace(",", " ")
        value = _value(chance, sort)
        clean = value if sort else Piece(value.text.replace(",", "").replace(";", ""))
        pieces += [Piece(f"{name}{between}"), clean, Piece(f"{between}{created}\n")]
    return pieces


def _log(chance: Random, sort: str, half: int) -> Sequence[Piece]:
    key = chance.choice(KEYS[sort][half::2]) if sort else "ref"
    head = ("2026-03-1{}T08:15:0{}Z INFO [{}] ", "Mar 1{} 08:15:0{} web-1 app[{}]: ")[half]
    digits = (chance.randint(0, 9), chance.randint(0, 9), chance.randint(100, 99999))
    return (Piece(head.format(*digits) + f"{key}="), _value(chance, sort), Piece(" status=200 took=12ms"))


LAYOUTS = (_prose, _short, _chat, _json, _table, _log)
