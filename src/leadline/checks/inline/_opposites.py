"""Words of which one excludes the other: gross and net, buyer and seller, inflow and outflow."""

import re
from collections.abc import Sequence

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._statements import Statement

_PAIRS = [
    (re.compile(rf"\b(?:{one})\b", re.IGNORECASE), re.compile(rf"\b(?:{other})\b", re.IGNORECASE))
    for one, other in (
        (
            "profits?|surplus|gewinn\\w*|überschuss|bénéfice|utile|beneficio|lucro|winst|vinst|overskud|zysk",
            "loss|losses|deficit|verlust\\w*|fehlbetrag|perte|déficit|perdita|pérdida|verlies|förlust|tab|strata",
        ),
        (
            "(?:net )?inflows?|zufl[uü]ss\\w*|afflussi|entradas",
            "(?:net )?outflows?|abfl[uü]ss\\w*|deflussi|salidas",
        ),
        (
            "gross|brutto|brut|bruts|bruto|bruta|lordo|lorda|ttc",
            "net|netto|nets|neto|neta|netta|ht",
        ),
        ("sellers?|verkäufer\\w*|vendeurs?|vendedor\\w*", "buyers?|käufer\\w*|acheteurs?|comprador\\w*"),
        ("lenders?|darlehensgeber\\w*", "borrowers?|darlehensnehmer\\w*"),
        ("landlords?|vermieter\\w*|bailleur", "tenants?|mieter\\w*|locataire"),
        (
            "employers?|arbeitgeber\\w*|werkgever\\w*|employeur",
            "employees?|arbeitnehmer\\w*|werknemer\\w*|salarié\\w*",
        ),
        (
            "currently|current|latest|now|aktuell\\w*|derzeit\\w*|actuel\\w*|actual|attual\\w*|huidige\\w*|nuvarande",
            "previous\\w*|prior|last year\\w*|vorwert|vorjahr\\w*|vorige\\w*|précédente?|precedente|anterior",
        ),
        (
            "this (?:month|period)|monthly|ce mois|mensuel\\w*",
            "year to date|ytd|cumul\\w*|cumulative|to date",
        ),
        ("budget\\w*|planned|plan|forecast|soll", "actual\\w*|ist|réel\\w*"),
        ("maximum|max|highest|höchst\\w*", "minimum|min|lowest|mindest\\w*|niedrigst\\w*"),
        (
            "before tax|pre-tax|pretax|vor steuern|avant impôts?|før skat|före skatt|ante imposte",
            "after tax|nach steuern",
        ),
        ("continuous\\w*|nominal|rated|dauer\\w*", "peak|spitzen\\w*"),
    )
]


def excluded(claim: Claim, own: Sequence[Statement]) -> Statement | None:
    """A statement of the figure, where the answer says one word of a pair and the source the other one: each
    of them right beside the figure, and nowhere both.
    """
    if not own:
        return None
    for pair in _PAIRS:
        for mine, its in (pair, pair[::-1]):
            if not mine.search(claim.clause) or its.search(claim.clause):
                continue
            if all(its.search(one.clause) and not mine.search(one.clause) for one in own):
                return own[0]
    return None
