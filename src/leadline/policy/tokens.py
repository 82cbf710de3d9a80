"""Reversible tokens by AES-SIV: no vault holds what they stand for, and no other caller turns them back."""

import base64
import binascii
import re
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leadline.policy.redaction import Edit, mask, name_of

_TOKEN = re.compile(r"\[([A-Z0-9_]{1,40})~([A-Za-z0-9_-]{23,4096})\]")
_SIV_BYTES = 16
_KEY_BYTES = 64
_LONGEST_PLAIN = 2048
"""Characters that a token holds; longer ones are masked."""


class Tokens:
    """AES-SIV (RFC 5297): the same text gives the same token, so a model can tell two people apart.

    `caller` is bound to each token: what another caller sends along is not turned back for them.
    """

    def __init__(self, cipher: AESSIV, caller: str) -> None:
        self._cipher = cipher
        self._bound = [b"leadline token 1", caller.encode()]

    def token(self, label: str, text: str) -> str:
        if len(text) > _LONGEST_PLAIN:
            return mask(label)
        sealed = self._cipher.encrypt(text.encode(errors="replace"), self._bound)
        return f"[{name_of(label)}~{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}]"

    def restored(self, text: str) -> Iterator[Edit]:
        for match in _TOKEN.finditer(text):
            plain = self._opened(match[2])
            if plain is not None:
                yield Edit(match.start(), match.end(), plain)

    def _opened(self, sealed: str) -> str | None:
        try:
            data = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            return self._cipher.decrypt(data, self._bound).decode() if len(data) > _SIV_BYTES else None
        except (binascii.Error, InvalidTag, ValueError):
            return None


def cipher_of(secret: str) -> AESSIV:
    """A key of 512 bits drawn from a secret of any length (HKDF, RFC 5869)."""
    drawn = HKDF(algorithm=SHA512(), length=_KEY_BYTES, salt=None, info=b"leadline reversible tokens")
    return AESSIV(drawn.derive(secret.encode()))
