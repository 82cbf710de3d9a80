"""Numbers as people and banks write them: telephones of 28 countries, IBANs of 34, cards of 14 issuers."""

import string
from random import Random

from training.fresh.writing import filled, letters

PHONES = {
    "US": ("(NXX) NXX-XXXX", "NXX-NXX-XXXX", "NXX.NXX.XXXX", "+1 NXX NXX XXXX", "+1 (NXX) NXX-XXXX",
           "+1NXXNXXXXXX",
           "1-NXX-NXX-XXXX", "(NXX) NXX-XXXX ext. XXX", "NXX-NXX-XXXX xXXXX"),
    "GB": ("020 7946 0XXX", "07N00 XXXXXX", "0161 496 0XXX", "+44 20 7946 0XXX", "+44 7N00 XXXXXX",
           "+44 (0)20 7946 0XXX", "01632 960XXX"),
    "DE": ("030 NXXXXXXX", "0171 NXXXXXX", "089/NXXXXX", "+49 30 NXXXXX", "+49 (0)171 NXXXXXX",
           "0171-NXXXXXX",
           "0049 151 NXXXXXXX", "030 / NXX XX XX"),
    "FR": ("01 NX XX XX XX", "06.NX.XX.XX.XX", "+33 1 NX XX XX XX", "+33 (0)6 NX XX XX XX", "07NXXXXXXX"),
    "ES": ("91N XXX XXX", "6NX XX XX XX", "+34 6NX XXX XXX", "+34 91 NXX XX XX"),
    "IT": ("06 NXXX XXXX", "34N NXX XXXX", "+39 06 NXXX XXXX", "+39 34N NXXXXXX"),
    "PT": ("21 NXX XXXX", "91N XXX XXX", "+351 91N XXX XXX"),
    "NL": ("020 NXX XXXX", "06 NXXXXXXX", "06-NXXXXXXX", "+31 6 NXXXXXXX", "+31 (0)20 NXX XXXX"),
    "BE": ("02 NXX XX XX", "0470 NX XX XX", "+32 470 NX XX XX", "+32 2 NXX XX XX"),
    "CH": ("044 NXX XX XX", "079 NXX XX XX", "+41 79 NXX XX XX", "+41 (0)44 NXX XX XX"),
    "AT": ("01 NXXXXXX", "0664 NXXXXXX", "+43 664 NXXXXXX", "+43 1 NXXXXXX"),
    "PL": ("22 NXX XX XX", "60N XXX XXX", "+48 60N XXX XXX", "+48 22 NXX XX XX"),
    "SE": ("08-NXX XXX XX", "070-NXX XX XX", "+46 70 NXX XX XX", "+46 (0)8 NXX XXX XX"),
    "NO": ("22 NX XX XX", "91N XX XXX", "+47 91N XX XXX"),
    "DK": ("NX XX XX XX", "+45 NX XX XX XX", "+45 NXXXXXXX"),
    "FI": ("09 NXXXXXX", "040 NXX XXXX", "+358 40 NXX XXXX"),
    "IE": ("01 NXX XXXX", "087 NXX XXXX", "+353 87 NXX XXXX"),
    "CZ": ("60N XXX XXX", "+420 60N XXX XXX"),
    "GR": ("21N XXX XXXX", "+30 21N XXX XXXX"),
    "AU": ("(02) NXXX XXXX", "04NX XXX XXX", "+61 4NX XXX XXX"),
    "NZ": ("09 NXX XXXX", "021 NXX XXXX", "+64 21 NXX XXXX"),
    "IN": ("09NXXX XXXXX", "9NXXX XXXXX", "+91 9NXXX XXXXX", "022 NXXX XXXX", "+91-9NXXXXXXXX"),
    "JP": ("03-NXXX-XXXX", "090-NXXX-XXXX", "+81 90-NXXX-XXXX", "+81-3-NXXX-XXXX"),
    "CN": ("13N XXXX XXXX", "010-NXXX XXXX", "+86 13N XXXX XXXX", "13NXXXXXXXX"),
    "BR": ("(11) 9NXXX-XXXX", "(21) 3NXX-XXXX", "+55 11 9NXXX-XXXX", "+55 (21) 9NXXX-XXXX"),
    "ZA": ("011 NXX XXXX", "082 NXX XXXX", "+27 82 NXX XXXX"),
    "RU": ("8 (495) NXX-XX-XX", "+7 495 NXX-XX-XX", "+7 (916) NXX-XX-XX", "8-916-NXX-XX-XX"),
    "KR": ("02-NXX-XXXX", "010-NXXX-XXXX", "+82 10-NXXX-XXXX"),
}  # fmt: skip
"""By country, the usual ways to write a number; see `writing.filled`."""

IBANS = {
    "AD": "n8c12", "AE": "n19", "AT": "n16", "BE": "n12", "BG": "a4n6c8", "BR": "n23a1c1", "CH": "n5c12",
    "CY": "n8c16", "CZ": "n20", "DE": "n18", "DK": "n14", "EE": "n16", "ES": "n20", "FI": "n14",
    "FR": "n10c11n2",
    "GB": "a4n14", "GR": "n7c16", "HR": "n17", "HU": "n24", "IE": "a4n14", "IL": "n19", "IT": "a1n10c12",
    "LT": "n16", "LU": "n3c13", "LV": "a4c13", "MT": "a4n5c18", "NL": "a4n10", "NO": "n11", "PL": "n24",
    "PT": "n21", "RO": "a4c16", "SA": "n2c18", "SE": "n20", "TR": "n5n1c16",
}  # fmt: skip
"""The account part of the SWIFT registry: n digits, a capitals, c either."""

CARDS = {
    "visa": ("4", 16), "visa19": ("4", 19), "visa13": ("4", 13), "mastercard": ("5[1-5]", 16),
    "mastercard2": ("2221", 16), "amex": ("34", 15), "amex37": ("37", 15), "diners": ("36", 14),
    "discover": ("6011", 16), "jcb": ("3530", 16), "maestro": ("5018", 12), "maestro6": ("6759", 19),
    "unionpay": ("62", 17), "mir": ("2202", 16),
}  # fmt: skip


def phone(chance: Random, country: str) -> str:
    return filled(chance.choice(PHONES[country]), chance)


def iban(chance: Random, country: str) -> str:
    """With the right check digits (ISO 7064, mod 97-10), as one word, in fours, or in small letters."""
    kinds = {"n": string.digits, "a": string.ascii_uppercase, "c": string.ascii_uppercase + string.digits}
    body, pattern = "", IBANS[country]
    while pattern:
        kind, rest = pattern[0], pattern[1:]
        size = len(rest) - len(rest.lstrip(string.digits))
        body, pattern = body + letters(chance, kinds[kind], int(rest[:size])), rest[size:]
    moved = "".join(
        str(string.digits.find(one) if one.isdigit() else ord(one) - 55) for one in f"{body}{country}00"
    )
    plain = f"{country}{98 - int(moved) % 97:02}{body}"
    fours = " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))
    return chance.choice((plain, plain, fours, fours, plain.lower(), fours.replace(" ", "-")))


def card(chance: Random, issuer: str) -> str:
    prefix, size = CARDS[issuer]
    digits = (f"5{chance.randint(1, 5)}" if "[" in prefix else prefix).ljust(1)
    digits += letters(chance, string.digits, size - 1 - len(digits))
    plain = digits + check_digit(digits)
    groups = (4, 6, 5) if size == 15 else (4, 6, 4) if size == 14 else (4, 4, 4, 4, 4)
    return chance.choice((plain, plain, grouped(plain, groups, " "), grouped(plain, groups, "-")))


def check_digit(digits: str) -> str:
    """Luhn: from the right, every second digit counts twice."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def grouped(plain: str, sizes: tuple[int, ...], between: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(plain[at : at + size])
        at += size
    return between.join(filter(None, parts))


def social_security(chance: Random) -> str:
    area = chance.choice([one for one in range(1, 900) if one != 666])
    between = chance.choice("--- ")
    return f"{area:03}{between}{chance.randint(1, 99):02}{between}{chance.randint(1, 9999):04}"


def address_v4(chance: Random) -> str:
    first = chance.choice([one for one in range(1, 224) if one != 127])
    return f"{first}." + ".".join(str(chance.randint(0, 255)) for _ in range(3))


def address_v6(chance: Random) -> str:
    groups = [f"{chance.randint(0x2000, 0x3FFF):x}", *(f"{chance.randint(1, 65535):x}" for _ in range(7))]
    if chance.random() < 0.5:
        cut = chance.randint(2, 4)
        return ":".join(groups[:cut]) + "::" + ":".join(groups[cut + 2 : 8])
    return ":".join(groups)


def email(chance: Random) -> str:
    first = chance.choice(
        ("anna", "j.smith", "Lukas.Weber", "o'connor", "maria_lopez", "x", "dev-ops", "k.m.rao")
    )
    tag = chance.choice(("", "", "", "+news", str(chance.randint(1, 99))))
    domain = chance.choice(
        ("example.com", "mail.example.co.uk", "firma-nord.de", "uni.example.edu", "xn--bcher-kva.example",
         "startup.io", "müller.example", "sub.dept.corp.example.org", "a1.travel")
    )  # fmt: skip
    return f"{first}{tag}@{domain}"
