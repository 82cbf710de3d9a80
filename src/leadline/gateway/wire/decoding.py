"""Undo gzip and deflate as the bytes come, without letting a small body grow without bound."""

import zlib

_WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
DECODABLE = "gzip, deflate"


class TooLong(ValueError):
    """The decoded body passes the limit."""


class Undecodable(ValueError):
    """The bytes are not what content-encoding says."""


def decodable(encoding: str) -> bool:
    return encoding in _WINDOW_BITS


class Inflater:
    """Bytes in, plain bytes out, at most so many at a time. A gzip body may have several members (RFC 1952
    section 2.2).
    """

    def __init__(self, encoding: str) -> None:
        """`encoding` is one that is `decodable`."""
        self._encoding = encoding
        self._rest = b""
        self._inflater: zlib._Decompress | None = None
        self._full = False

    @property
    def pending(self) -> bool:
        """Whether `feed(b"")` may give more."""
        return self._full or bool(self._rest)

    def feed(self, data: bytes, most: int) -> bytes:
        """The next plain bytes, at most `most`. Raises Undecodable."""
        self._rest += data
        if not self.pending:
            return b""
        inflater = self._inflater = self._inflater or zlib.decompressobj(self._bits())
        try:
            plain = inflater.decompress(self._rest, most)
        except zlib.error as error:
            raise Undecodable(self._encoding) from error
        self._full = len(plain) == most
        self._rest = inflater.unconsumed_tail
        if inflater.eof:
            self._end_member(inflater)
        return plain

    def finish(self) -> None:
        """No more bytes come. Raises Undecodable when some are missing."""
        if self._inflater is not None:
            raise Undecodable(self._encoding)

    def _end_member(self, inflater: "zlib._Decompress") -> None:
        self._rest, self._inflater, self._full = inflater.unused_data, None, False
        if self._rest and self._encoding == "deflate":
            raise Undecodable(self._encoding)

    def _bits(self) -> int:
        bits = _WINDOW_BITS[self._encoding]
        if self._encoding == "deflate" and self._rest[0] & 0x0F != zlib.DEFLATED:
            return -zlib.MAX_WBITS  # many servers mean the raw stream by `deflate`, without zlib's header
        return bits


def decode(body: bytes, encoding: str, limit: int) -> bytes:
    """The plain body. Raises TooLong or Undecodable."""
    inflater = Inflater(encoding)
    plain = bytearray(inflater.feed(body, limit + 1))
    while inflater.pending and len(plain) <= limit:
        plain += inflater.feed(b"", limit + 1 - len(plain))
    if len(plain) > limit:
        raise TooLong(encoding)
    inflater.finish()
    return bytes(plain)
