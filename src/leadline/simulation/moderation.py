"""`POST /v1/moderations` of a simulated provider, in OpenAI's form: it knows a few words, which is enough."""

import msgspec

from leadline.checks.guards.content import CATEGORIES

PATH = "/v1/moderations"
_WORDS = {
    "sexual": ("naked", "erotic"),
    "violence": ("stab", "shoot", "kill"),
    "hate": ("vermin", "subhuman"),
    "harassment": ("idiot", "moron"),
    "illicit": ("meth", "counterfeit"),
}
"""By OpenAI's name of the category."""
_SURE, _UNSURE = 0.97, 0.004
_NAMES = tuple([name for names in CATEGORIES.values() for name in names if "_" not in name])


class _Asked(msgspec.Struct):
    input: str | list[str]
    model: str = "omni-moderation-latest"


def moderation(body: bytes) -> bytes:
    """Raises msgspec.DecodeError for what is no such question."""
    asked = msgspec.json.decode(body, type=_Asked)
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    results = [_judged(text.casefold()) for text in texts]
    return msgspec.json.encode({"id": "modr-simulated", "model": asked.model, "results": results})


def _judged(text: str) -> dict[str, object]:
    found = {name for name, words in _WORDS.items() if any(word in text for word in words)}
    return {
        "flagged": bool(found),
        "categories": {name: name in found for name in _NAMES},
        "category_scores": {name: _SURE if name in found else _UNSURE for name in _NAMES},
    }
