"""Undo gzip and deflate that nobody asked for, without letting a small body grow without bound."""

import zlib

_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class TooLong(ValueError):
    """The decoded body passes the limit."""


class Undecodable(ValueError):
    """The bytes are not what content-encoding says."""


def decodable(encoding: str) -> bool:
    return encoding in _WINDOW_BITS


def decode(body: bytes, encoding: str, limit: int) -> bytes:
    """The plain body. Raises TooLong or Undecodable."""
    bits = _WINDOW_BITS[encoding]
    if encoding == "deflate" and body[:1] and body[0] & 0x0F != zlib.DEFLATED:
        bits = -zlib.MAX_WBITS  # many servers mean the raw stream by `deflate`, without zlib's header
    inflater = zlib.decompressobj(bits)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise Undecodable(encoding) from error
    if len(plain) > limit:
        raise TooLong(encoding)
    if not inflater.eof:
        raise Undecodable(encoding)
    return plain
