"""Usual words tell that a text is in a language, or nothing."""

import pytest

from leadline.measures.usual_words import usual_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The parcel is on its way, and you will have it by the end of this week.", "en"),
        ("Das Paket ist unterwegs, und Sie werden es bis zum Ende der Woche mit der Post bekommen.", "de"),
        ("Le colis est en route et vous allez le recevoir avec une facture dans les trois jours.", "fr"),
        ("El paquete y los papeles llegan hoy, pero usted puede cambiar la hora también.", "es"),
        ("Посылка уже в пути, и мы отправили также письмо, чтобы вы знали, что и как.", "ru"),
    ],
)
def test_a_plain_sentence_is_told_by_its_usual_words(text, language):
    assert usual_language(text) == language
    assert usual_language(text.upper()) == language
    assert usual_language(text * 200) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Paris, France",
        "10 23 42 the 11 90 and 12 of 34 with 55",
        "SELECT name, price FROM orders WHERE id = 3 AND total > 20 ORDER BY price",
        "The parcel is with you and der Brief ist nicht mit der Post und auch nicht bei mir.",
        "Paketet är på väg och kommer fram till dig innan veckan är slut.",
        "他们说包裹已经在路上了,请您耐心等待。",
    ],
)
def test_what_is_mixed_short_or_of_another_language_is_left_open(text):
    assert usual_language(text) == ""


def test_a_question_may_be_told_by_fewer_words_if_none_is_of_another_language():
    assert usual_language("What is the capital of France?", least=2, rivals=0.0) == "en"
    assert usual_language("What is the capital, und was ist nicht so?", least=2, rivals=0.0) == ""
