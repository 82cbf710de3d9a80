"""Compressed bodies: however their bytes are cut, the plain ones are the same, and no bomb gets far."""

import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.gateway.wire.decoding import Inflater, TooLong, Undecodable, decode


def raw_deflate(plain):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(plain) + packer.flush()


PACKERS = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "raw": raw_deflate}


@given(
    plain=st.binary(max_size=3000),
    how=st.sampled_from(list(PACKERS)),
    cuts=st.sets(st.integers(1, 3000), max_size=8),
    most=st.integers(1, 700),
)
def test_the_way_the_bytes_are_cut_changes_nothing(plain, how, cuts, most):
    packed = PACKERS[how](plain)
    inflater = Inflater("deflate" if how == "raw" else how)
    edges = [0, *sorted(cut for cut in cuts if cut < len(packed)), len(packed)]
    found = b""
    for begin, end in itertools.pairwise(edges):
        piece = inflater.feed(packed[begin:end], most)
        found += piece
        while inflater.pending and piece:
            piece = inflater.feed(b"", most)
            assert len(piece) <= most
            found += piece
    inflater.finish()

    assert found == plain


def test_a_gzip_body_may_have_several_members():
    assert decode(gzip.compress(b"one, ") + gzip.compress(b"two"), "gzip", 100) == b"one, two"


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"hello", mtime=0)[:-1], "gzip"),
        (gzip.compress(b"hello", mtime=0) + b"rest", "gzip"),
        (zlib.compress(b"hello") + b"rest", "deflate"),
        (b"hello", "gzip"),
    ],
)
def test_a_body_that_is_cut_or_followed_by_something_is_refused(packed, encoding):
    with pytest.raises(Undecodable):
        decode(packed, encoding, 100)


def test_a_body_as_long_as_the_limit_is_fine_and_one_byte_more_is_not():
    assert len(decode(gzip.compress(bytes(1000)), "gzip", 1000)) == 1000
    with pytest.raises(TooLong):
        decode(gzip.compress(bytes(1001)), "gzip", 1000)
