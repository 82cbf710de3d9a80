"""What is remembered of users' texts is little, and none of it long."""

from hypothesis import given
from hypothesis import strategies as st

from leadline.measures.remembering import remembered, remembered_by_digest


class Counting:
    def __init__(self):
        self.asked = []

    def __call__(self, text):
        self.asked.append(text)
        return text.upper()


@given(st.lists(st.text(max_size=30)))
def test_it_says_what_the_function_says(texts):
    look_up = remembered(4, 10)(str.upper)

    assert [look_up(text) for text in texts] == [text.upper() for text in texts]


def test_a_short_text_is_asked_about_once_and_a_long_one_each_time():
    made = Counting()
    look_up = remembered(4, 10)(made)
    for text in ("ten chars.", "ten chars.", "eleven char", "eleven char"):
        look_up(text)

    assert made.asked == ["ten chars.", "eleven char", "eleven char"]


def test_no_more_than_so_many_are_kept():
    made = Counting()
    look_up = remembered(4, 10)(made)
    for text in ("a", "b", "c", "d", "e", "e", "a"):
        look_up(text)

    assert made.asked == ["a", "b", "c", "d", "e", "a"]


def test_a_document_is_known_again_by_its_digest_alone():
    made = Counting()
    look_up = remembered_by_digest(2)(made)
    for document in (b"one", b"two", b"one", b"three", b"one"):
        look_up(document)

    assert made.asked == [b"one", b"two", b"three", b"one"]
    [held] = [
        cell.cell_contents for cell in look_up.__closure__ or () if isinstance(cell.cell_contents, dict)
    ]
    assert all(len(digest) == 16 for digest in held)
