"""Values with a unit in the file: durations, sizes, hours and days, and secrets by reference."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|TB)", re.IGNORECASE)
_SECRET = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d:[0-5]\d|2[0-3]:[0-5]\d|24:00)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_RANGE = re.compile(rf"({'|'.join(_DAYS)})(?:-({'|'.join(_DAYS)}))?")
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


def minutes_of_day(value: object) -> tuple[int, int]:
    """Minutes since midnight of `08:00-18:00`; `22:00-06:00` passes midnight."""
    found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    begin, end = (int(found[1]) * 60 + int(found[2]), _minutes(found[3])) if found else (0, 0)
    if begin == end:
        raise PydanticCustomError("hours", "these are not hours of a day; write them like 08:00-18:00")
    return begin, end


def weekdays(value: object) -> frozenset[int]:
    """Numbers (0 = Monday) of `mon-fri`, `sat-sun` or `wed`; `fri-mon` passes Sunday."""
    found = _DAY_RANGE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("days", "this is not a day of the week; write it like mon-fri or sat")
    first, last = _DAYS.index(found[1]), _DAYS.index(found[2] or found[1])
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def time_zone(value: object) -> str:
    """A name of the IANA time zone database."""
    try:
        return "UTC" if value == "UTC" else ZoneInfo(str(value)).key
    except (OSError, ValueError, LookupError) as error:
        message = "this time zone is not known here; write it like Europe/Berlin or UTC"
        raise PydanticCustomError("time_zone", message) from error


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _written(pattern: str, examples: list[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$", "examples": examples})


Duration = Annotated[float, BeforeValidator(seconds), _written(_DURATION.pattern, ["30s", "15m"])]
Size = Annotated[int, BeforeValidator(size_bytes), _written(_SIZE.pattern, ["20MB", "1GB"])]
SecretRef = Annotated[
    str, BeforeValidator(secret_reference), _written(_SECRET.pattern, ["env:OPENAI_API_KEY"])
]
HoursOfDay = Annotated[
    tuple[int, int], BeforeValidator(minutes_of_day), _written(_HOURS.pattern, ["08:00-18:00"])
]
Days = Annotated[frozenset[int], BeforeValidator(weekdays), _written(_DAY_RANGE.pattern, ["mon-fri"])]
TimeZone = Annotated[str, BeforeValidator(time_zone)]
