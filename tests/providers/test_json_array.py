"""Objects cut out of a JSON array that arrives in pieces."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leadline.providers._json_array import ArrayElements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='{}[]",\\ aé\n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(
    elements=st.lists(
        st.dictionaries(st.text(alphabet='{}"\\ab', max_size=3), VALUES, max_size=3), max_size=4
    ),
    cuts=st.lists(st.integers(0, 400), max_size=12),
    indent=st.sampled_from([None, 1]),
)
def test_any_chunking_gives_the_elements_that_were_written(elements, cuts, indent):
    body = json.dumps(elements, indent=indent, ensure_ascii=False).encode()
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    array = ArrayElements()

    found = [piece for start, end in pairwise(edges) for piece in array.feed(body[start:end])]

    assert [json.loads(element) for _, element in found] == elements
    assert b"".join(before + element for before, element in found) + array.held == body
    assert array.closed


def test_an_array_without_its_bracket_is_not_closed():
    array = ArrayElements()

    assert array.feed(b'[{"a": "]"}') == [(b"[", b'{"a": "]"}')]
    assert not array.closed
