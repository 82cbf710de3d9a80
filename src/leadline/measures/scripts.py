"""How far a text goes beyond ASCII: there tokenizers of two houses differ most."""

from leadline.vocabulary import Question

ASCII, ACCENTED, FOREIGN, WIDE = "ascii", "accented", "foreign", "wide"
_ACCENTED, _FOREIGN, _WIDE = 0.005, 0.2, 1.2
"""Bytes of UTF-8 beyond one for each character: German has .04, Russian .85, Chinese 1.9."""


def script_of(question: Question) -> str:
    """`ascii`, `accented` (Latin letters with marks, or little else), `foreign` (Cyrillic, Greek, ...) or
    `wide` (Chinese, Japanese, ...), by the mean of what is asked and its context.
    """
    texts = question.context, question.prompt
    if texts[0].isascii() and texts[1].isascii():
        return ASCII
    beyond = sum(0 if text.isascii() else len(text.encode("utf-8", "replace")) - len(text) for text in texts)
    share = beyond / max(1, sum(map(len, texts)))
    if share < _ACCENTED:
        return ASCII
    if share < _FOREIGN:
        return ACCENTED
    return FOREIGN if share < _WIDE else WIDE
