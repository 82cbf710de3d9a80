"""Calls to the control API as this machine's administrator, with the key that only its owner can read."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PATIENCE_S = 15.0


class ControlUnreachable(ConnectionError):
    """Nobody answered, or the admin key could not be read; the sentence says what to do."""


class Refused(ValueError):
    """The control process refused; the message is its sentence."""


def call(what: tuple[str, str], address_file: Path, key_file: Path, body: object = None) -> dict[str, Any]:
    """`what` is method and path. Raises ControlUnreachable, Refused."""
    method, path = what
    try:
        key, address = key_file.read_text().strip(), address_file.read_text().strip()
    except OSError as error:
        raise ControlUnreachable(
            f"{error.filename} cannot be read ({error.strerror}); start Leadline with `leadline up`, "
            "or name the data folder with --data-dir."
        ) from error
    request = urllib.request.Request(  # noqa: S310 - our own neighbour, as it says
        address + path,
        None if body is None else json.dumps(body).encode(),
        {"authorization": f"Bearer {key}", "content-type": "application/json"},
        method=method,
    )
    # no proxy: the key is for this address alone
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_S) as reply:
            found: dict[str, Any] = json.load(reply)
            return found
    except urllib.error.HTTPError as error:
        with error:
            raise Refused(_sentence(error)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise ControlUnreachable(
            f"The control process does not answer at {address} ({reason}), so nothing has changed; "
            "start it with `leadline up`."
        ) from error


def _sentence(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The control process answered with HTTP {error.code}."
