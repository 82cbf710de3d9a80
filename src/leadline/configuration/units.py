"""Values with a unit in the file: durations, sizes, and secrets by reference."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB)", re.IGNORECASE)
_SECRET = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_BYTES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}


def seconds(value: object) -> float:
    """Seconds of `250ms`, `30s`, `15m`, `2h` or `14d`."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError(
            "duration", "this is not a duration; write it like 250ms, 30s, 15m, 2h or 14d"
        )
    return float(found[1]) * _SECONDS[found[2]]


def size_bytes(value: object) -> int:
    """Bytes of `512KB`, `20MB` or `1GB` (powers of ten)."""
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("size", "this is not a size; write it like 512KB, 20MB or 1GB")
    return int(float(found[1]) * _BYTES[found[2].lower()])


def secret_reference(value: object) -> str:
    """`env:NAME` or `file:PATH`."""
    if not isinstance(value, str) or not _SECRET.fullmatch(value):
        # what was written may be the secret itself, so it is not repeated here
        message = "a secret is given by reference: write env:NAME or file:PATH, not the value"
        raise PydanticCustomError("secret", message)
    return value


def _written(pattern: str, examples: list[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$", "examples": examples})


Duration = Annotated[float, BeforeValidator(seconds), _written(_DURATION.pattern, ["30s", "15m"])]
Size = Annotated[int, BeforeValidator(size_bytes), _written(_SIZE.pattern, ["20MB", "1GB"])]
SecretRef = Annotated[
    str, BeforeValidator(secret_reference), _written(_SECRET.pattern, ["env:OPENAI_API_KEY"])
]
