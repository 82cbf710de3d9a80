"""Who is signed in: a signed, expiring token for the cookie, and a limit on wrong keys."""

import hashlib
import hmac
import secrets
from collections import OrderedDict

COOKIE = "leadline_session"
LIFETIME_S = 12 * 3600.0
_MOST_ADDRESSES = 1024


class Sessions:
    """Tokens are `expiry.nonce.signature`; nothing is stored, so a restart signs nobody out.

    The signing key is derived from the admin key's digest: a new admin key ends every session.
    """

    def __init__(self, admin_digest: bytes, lifetime_s: float = LIFETIME_S) -> None:
        self.lifetime_s = lifetime_s
        self._key = hmac.new(admin_digest, b"leadline console session", hashlib.sha256).digest()

    def issue(self, now: float) -> str:
        body = f"{int(now + self.lifetime_s)}.{secrets.token_hex(8)}"
        return f"{body}.{self._signature(body)}"

    def valid(self, token: str, now: float) -> bool:
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(body).encode()):
            return False
        return now < int(body.partition(".")[0])

    def _signature(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()


class WrongKeyLimit:
    """At most `tries` wrong keys per address within `window_s`. Remembers 1,024 addresses."""

    def __init__(self, tries: int = 5, window_s: float = 60.0) -> None:
        self._tries = tries
        self._window_s = window_s
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def wait_s(self, address: str, now: float) -> float:
        """Seconds until this address may try again; 0 = now."""
        recent = [at for at in self._wrong.get(address, ()) if now - at < self._window_s]
        return recent[-self._tries] + self._window_s - now if len(recent) >= self._tries else 0.0

    def note_wrong(self, address: str, now: float) -> None:
        earlier = self._wrong.pop(address, [])
        self._wrong[address] = [*(at for at in earlier if now - at < self._window_s), now]
        while len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)
