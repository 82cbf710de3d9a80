"""Units and scales in the languages that reports are written in: what a word or sign behind a figure says."""

import re
from typing import NamedTuple

from leadline.measures.remembering import remembered

_CURRENCIES = """
USD $ us$ usd dollar dollars us-dollar us-dollars dólares dólar
EUR € eur euro euros
GBP £ gbp pounds pound sterling
JPY ¥ jpy yen
CHF chf francs franken sfr
INR ₹ inr rupees rupee
SEK sek
NOK nok
DKK dkk
KR kr kr. kronor kroner krona krone
KES kes shillings shilling
BRL r$ brl reais
CNY cny yuan rmb
CAD cad
AUD aud
PLN pln zł złotych złote zloty zlotys
CZK czk kč korun
HUF huf
TRY try
SGD sgd
HKD hkd
ZAR zar
MXN mxn
"""
_QUANTITIES = """
% 1 % percent pct prozent procent prosent porcento percento pourcent percentage
% 0.1 ‰ promille permille
pp 1 pp pp. prozentpunkte prozentpunkten
pp 1 procentpoint procentenheter procentenhet procentpunten procentpunt procentpunkter
pp 0.01 bp bps basispunkte basispunkten basispunten punktów
cent 0.01 ct cent cents p centimes céntimos pence rappen öre øre
mass 1 g gram grams gramm gramme grammes gramos
mass 1000 kg kilo kilos kilogram kilograms kilogramm
mass 0.001 mg milligram milligrams
mass 0.000001 mcg µg μg ug microgram micrograms
mass 1000000 t tonne tonnes tonnen toneladas tons ton ton.
mass 453.59237 lb lbs
mass 28.349523 oz ounce ounces
length 1 meter metre meters metres metros mètres
length 1000 km kilometre kilometres kilometer kilometers kilómetros kilomètres
length 0.01 cm centimetre centimetres centimeter centimeters
length 0.001 mm millimetre millimetres millimeter millimeters
length 1609.344 mi mile miles
length 0.3048 ft feet foot
length 0.0254 inch inches zoll
volume 1 l L litre litres liter liters litros
volume 0.001 ml millilitre millilitres milliliter milliliters
volume 0.01 cl
volume 0.1 dl
volume 100 hl
volume 1000 m³ m3 cbm
volume 0.000001 mm³
volume 0.001 cm³ ccm
area 1 m² m2 sqm qm
area 1000000 km² km2
area 10000 ha hectare hectares hektar hectáreas
area 4046.8564 acre acres
energy 1 Wh wh
energy 1000 kwh
energy 1000000 mwh
energy 1000000000 gwh
energy 1000000000000 twh
heat 1 J joule
heat 1000 kj
heat 1000000 mj
heat 4184 kcal
power 1 W watt watts
power 1000 kw kilowatt kilowatts
power 1000000 mw megawatt megawatts
power 1000000000 gw gigawatt gigawatts
peak 1 wp
peak 1000 kwp
peak 1000000 mwp
apparent 1000 kva
data 1000 kb
data 1000000 mb
data 1000000000 gb
data 1000000000000 tb
bits 1000000 mbit mbps
bits 1000000000 gbit gbps
time 1 s sec second seconds sekunde sekunden secondes segundos
time 0.001 ms millisecond milliseconds
time 60 min minute minutes mins minuten minutos minuti
time 3600 h hour hours hr hrs stunde stunden heures horas ore
time 86400 d day days tag tage tagen jour jours días dagen dagar dager dage giorni giorno dni
time 604800 week weeks woche wochen semaines semanas weken veckor
months 1 month months monat monate monaten mois mes meses mês mese mesi maanden månader måneder
months 12 year years yr yrs jahr jahre jahren ans années años anni anos jaar år anno año rok lata lat
temperature 1 °c celsius
fahrenheit 1 °f fahrenheit
pressure 1 pa
pressure 100 hpa mbar
pressure 1000 kpa
pressure 100000 bar
mercury 1 mmhg
amount 1 mol
amount 0.001 mmol
amount 0.000001 µmol
sound 1 db db(a)
parts 1 ppm
frequency 1 hz
frequency 1000 khz
frequency 1000000 mhz
frequency 1000000000 ghz
"""
_SCALED_BY = """
1e3 thousand thousands tausend tsd tsd. k K mille mil mila migliaia milliers milhares duizend duizenden
1e3 tusen tusental tusind tys tys. tysięcy tysiące tis tis. T
1e5 lakh lakhs
1e6 million millions millionen mio mio. mn mln m M millón millones milioni milione milhões milhão
1e6 miljoen miljoner miljon millioner milionów miliony milionu miliónů mil.
1e7 crore crores cr
1e9 billion billions bn milliarde milliarden mrd mrd. mia b B milliard milliards miliardi miliardo
1e9 miljard miljarder miljarden milliarder mld mld. md mds mdr miliardów miliardy miliarda bilhões bilhão
1e12 trillion trillions tn billionen billioner biljoner biljoen billones
"""
_TWO_WORDS = {
    ("percentage", "points"): ("pp", 1.0),
    **{(point, word): ("pp", 1.0) for point in ("points", "point") for word in ("de pourcentage", "de %")},
    **{(point, word): ("pp", 0.01) for point in ("points", "point") for word in ("de base",)},
    ("puntos", "porcentuales"): ("pp", 1.0),
    ("puntos", "básicos"): ("pp", 0.01),
    ("punti", "percentuali"): ("pp", 1.0),
    ("punti", "base"): ("pp", 0.01),
    ("pontos", "percentuais"): ("pp", 1.0),
    ("punktów", "procentowych"): ("pp", 1.0),
    ("kilowatt", "hours"): ("energy", 1e3),
    ("megawatt", "hours"): ("energy", 1e6),
    ("gigawatt", "hours"): ("energy", 1e9),
    ("terawatt", "hours"): ("energy", 1e12),
    ("percentage", "point"): ("pp", 1.0),
    ("basis", "points"): ("pp", 0.01),
    ("per", "cent"): ("%", 1.0),
    ("por", "ciento"): ("%", 1.0),
    ("us", "dollars"): ("USD", 1.0),
    ("square", "metres"): ("area", 1.0),
    ("square", "meters"): ("area", 1.0),
    ("cubic", "metres"): ("volume", 1000.0),
    ("cubic", "metre"): ("volume", 1000.0),
    ("swiss", "francs"): ("CHF", 1.0),
    ("kenyan", "shillings"): ("KES", 1.0),
}
MINOR = "cent"
"""A hundredth of whatever currency the text is in."""
ANY_KRONE = "KR"
_KRONER = frozenset({"SEK", "NOK", "DKK", "KR"})


class Unit(NamedTuple):
    """`kind`: a currency, or what is measured; `factor`: to the kind's own unit, with its scale (`MSEK`)."""

    kind: str
    factor: float = 1.0


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _table() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for line in _CURRENCIES.strip().splitlines():
        kind, *words = line.split()
        found |= {word: Unit(kind) for word in words}
        for word in words:
            if len(word) == 3 or word == "kr" or not word.isalpha():
                found |= {f"{scale}{word}": Unit(kind, factor) for scale, factor in _BEFORE_MONEY.items()}
    for line in _QUANTITIES.strip().splitlines():
        kind, factor, *words = line.split()
        found |= {word: Unit(kind, float(factor)) for word in words}
    return found


_BEFORE_MONEY = {"m": 1e6, "k": 1e3, "t": 1e3, "md": 1e9, "mrd": 1e9, "mio": 1e6, "bn": 1e9}
_UNITS = _table()
CURRENCIES = frozenset(line.split()[0] for line in _CURRENCIES.strip().splitlines())
SHARES = frozenset({"%", "pp"})
SPANS = frozenset({"time", "months"})
_SCALES = {
    word: float(factor)
    for factor, *words in (line.split() for line in _SCALED_BY.strip().splitlines())
    for word in words
}
ENGLISH_SCALES = frozenset(
    {"thousand", "million", "millions", "billion", "billions", "trillion", "trillions"}
)
THOUSANDS = frozenset(word for word, factor in _SCALES.items() if factor == 1e3 and len(word) > 2)
COMMA_SCALES = _listed(
    "tausend tsd tsd. millionen mio mio. milliarde milliarden mrd mrd. millones milioni milhões miljoen "
    "miljoner miljard miljarder milliards miliardi millioner milliarder"
)
_OF = re.compile(r"^(?:d[ei] |d['\u2019])")
_NOT_ALONE = frozenset({"try", "mi", "ore", "ton.", "anos", "pa", "cr"})
"""Units that are commoner as other words."""


_MOST_WORDS, _LONGEST_WORD = 4096, 40


@remembered(_MOST_WORDS, _LONGEST_WORD)
def unit_of(word: str) -> Unit | None:
    """What a word or sign behind a figure says; single letters mean something in one case only."""
    if len(word) == 1:
        return _UNITS.get(word)
    folded = _OF.sub("", word.casefold())
    return _UNITS.get(folded) or _UNITS.get(folded.rstrip(".")) or _UNITS.get(word)


@remembered(_MOST_WORDS, _LONGEST_WORD)
def scale_of(word: str) -> float:
    """The factor that a word stands for, else 0."""
    if len(word) == 1:
        return _SCALES.get(word, 0.0)
    folded = word.casefold()
    return _SCALES.get(folded) or _SCALES.get(folded.rstrip(".")) or 0.0


def scale_in(word: str) -> float:
    """The factor that a word of several letters stands for, alone or with a currency (`MSEK`), else 0."""
    if len(word) == 1:
        return 0.0
    unit = unit_of(word)
    return unit.factor if unit is not None and unit.kind in CURRENCIES else scale_of(word)


def two_words(first: str, second: str) -> Unit | None:
    found = _TWO_WORDS.get((first.casefold(), second.casefold()))
    return Unit(*found) if found else None


def unit_named(word: str) -> str:
    """The kind of unit that a word or sign stands for in running text, else nothing."""
    folded = word.casefold()
    found = None if folded in _NOT_ALONE or (len(word) == 1 and word.isalpha()) else unit_of(word)
    return found.kind if found else ""


def same_unit(one: str, other: str) -> bool:
    """Whether two kinds of unit can be one: crowns are those of any country, cents of any money."""
    if one == other:
        return True
    if MINOR in (one, other):
        return {one, other} <= CURRENCIES | {MINOR}
    return one in _KRONER and other in _KRONER and ANY_KRONE in (one, other)


CURRENCY_WORDS = frozenset(
    word for word, unit in _UNITS.items() if unit.kind in CURRENCIES and len(word) > 1 and unit_named(word)
)
"""What names a currency in running text."""
