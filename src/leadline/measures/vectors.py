"""One text's embedding as it travels and is kept: 512 bytes of float16, compared and blended."""

import functools

import numpy as np

from leadline.measures.embeddings import embed


class Embedder:
    """Turns text into bytes and reckons with them; everything is a vector of length 1."""

    def embed(self, text: str) -> bytes:
        """Little-endian float16; empty for a text without a known word."""
        (vector,) = embed([text])
        packed: bytes = vector.astype("<f2").tobytes()
        return packed if vector.any() else b""

    def cosine(self, one: bytes, other: bytes) -> float:
        a, b = _unpacked(one), _unpacked(other)
        return float(a @ b / (np.sqrt(a @ a) * np.sqrt(b @ b) or 1.0))

    def blend(self, centre: bytes, vector: bytes, share: float) -> bytes:
        """The centre moved towards a vector by `share`."""
        moved = (1 - share) * _unpacked(centre) + share * _unpacked(vector)
        blended: bytes = (moved / (np.sqrt(moved @ moved) or 1.0)).astype("<f2").tobytes()
        return blended


@functools.cache
def embedder() -> Embedder | None:
    """The one of this process, its model loaded; None = wordllama is not installed."""
    try:
        embed([""])
    except ImportError:
        return None
    return Embedder()


def _unpacked(raw: bytes) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return np.frombuffer(raw, "<f2").astype(np.float32)
