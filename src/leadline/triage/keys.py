"""The incident key of a failure: what counts as the same trouble (`INCIDENTS.md` 2)."""

import re
from datetime import UTC, datetime
from hashlib import blake2b

from leadline.vocabulary import FailureCategory, FailureKind, TelemetryRow

EGRESS_KEY = "PROVIDER:*"
CATEGORY = {kind: kind.category for kind in FailureKind}
SUBTYPE = {kind: kind.value.split(".", 1)[1] for kind in FailureKind}
_CATEGORIES = {category.name: category for category in FailureCategory}
_PREFIX = {
    FailureCategory.PROVIDER: "prv",
    FailureCategory.QUALITY: "qly",
    FailureCategory.COST: "cst",
    FailureCategory.SECURITY: "sec",
    FailureCategory.DATA: "dat",
}


def key_of(category: FailureCategory, row: TelemetryRow) -> str:
    match category:
        case FailureCategory.PROVIDER:
            return f"PROVIDER:{row.provider}"
        case FailureCategory.QUALITY:
            return f"QUALITY:{row.provider}/{row.model}"
        case FailureCategory.COST:
            return f"COST:{row.feature}"
        case FailureCategory.SECURITY:
            return f"SECURITY:{row.tenant}"
        case FailureCategory.DATA:
            return f"DATA:{row.feature}"


def category_of(key: str) -> FailureCategory:
    return _CATEGORIES[key.split(":", 1)[0]]


def scope_of(key: str) -> str:
    return key.split(":", 1)[1]


def digest(text: str) -> int:
    """64 bits of a name: the same in every process and on every host, unlike `hash`."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def incident_id(key: str, opened_at: float) -> str:
    """Like `prv-openai-20261121T031500-ab12`: the same under replay."""
    scope = re.sub(r"[^a-z0-9]+", "-", scope_of(key).lower()).strip("-")[:40] or "all"
    moment = datetime.fromtimestamp(opened_at, UTC).strftime("%Y%m%dT%H%M%S")
    return f"{_PREFIX[category_of(key)]}-{scope}-{moment}-{digest(f'{key}@{opened_at!r}') & 0xFFFF:04x}"
