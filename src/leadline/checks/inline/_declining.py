"""How a model declines, in fifteen languages: that it cannot or will not do what it was asked."""
# ruff: noqa: RUF001 - letters of other scripts

import re
from collections.abc import Iterable

from leadline.checks.inline._marks import holds_one

_AT_A_WORD = r"\b"
_PARTS = {
    "<'>": "['\u2019]",
    "<i>": r"\b(?:i|we)(?:<'>(?:m|re)| am| are)?",
    "<not>": r"""
        (?:can(?:no|<'>)?t|can not|unable to|won<'>t|will not
        |not (?:able|allowed|permitted|authori[sz]ed|going|willing|programmed|designed|supposed) to
        |(?:don<'>t|do not) have (?:the |any )?(?:permission|ability|authori\w+|clearance|means) to)
        """,
    "<ever>": r"(?: (?:be able to|in good conscience|\w+ly|just|ever|be|to|also))*",
    "<do it>": r"""
         (?:help(?! but)|assist|provide|answer|comply|fulfil\w*|support|discuss|share|create|generate|produce
        |write|continue|engage|give|offer|reveal|disclose|respond|speak|talk|facilitate|participate|complete
        |process|accommodate|advise|speculate|identif\w+|make|place|let you|diagnose|do (?:that|this|so)|draft
        |translate (?:this|that)|summari[sz]e (?:this|that)|execute|carry out|guide|teach|instruct)\b
        """,
    "<rules>": r"(?:polic\w+|guidelines?|rules|programming|principles|instructions|training|terms|values)",
    "<asked>": r"""
        (?:request|question|content|material|this|that|these|it|such|creating|generating|writing|providing|doing)
        """,
    "<german verb>": r"""
        (?:(?:weiter|be)?(?:helfen|antworten)|geben|erfüllen|erstellen|schreiben|unterstützen|teilen|anbieten
        |nennen|machen|bereitstellen|liefern|stellen|herausgeben|durchführen|nachkommen|beraten|sprechen
        |verfassen|generieren)\b
        """,
    "<dutch verb>": r"""
        (?:helpen|beantwoorden|delen|geven|schrijven|verstrekken|maken|bespreken|meewerken|bijstaan)\b
        """,
}
"""Named pieces of the forms below; of several lines the margins do not count."""

_ENGLISH = (
    r"<i> <not><ever><do it>",
    r"<i> (?:must|have to|need to|<'>ll have to|will have to)(?: \w+ly)? (?:decline|refuse)\b",
    r"<i>(?: \w+ly)? (?:decline|refuse) to\b",
    r"<i> not comfortable\b|<i> (?:don<'>t|do not) feel comfortable\b",
    r"\bi(?:<'>d| would)? (?:rather|prefer) not\b",
    r"\bsomething (?:that )?<i>(?: <not>| able| allowed| can| could)\b",
)
_ENGLISH_BOUNDS = (r"\b(?:falls|goes|is|lies) (?:outside|beyond)(?: of)? what i(?:<'>m| am| can)\b",)
_ENGLISH_MODELS = (
    r"""
    \bas an? (?:\w+ )?(?:ai|language model|chatbot|virtual assistant)\b(?! (?:researcher|engineer))
    .{0,60}?\b(?:not|<not>)\b
    """,
)
_ENGLISH_RULES = (
    r"\bmy (?:\w+ )?<rules>\b.{0,20}?(?:n<'>t|not|prevent\w*|prohibit\w*|forbid\w*)\b",
    r"""
    \b<asked>\b.{0,40}?\b(?:violat\w+|against|conflicts? with|breaks?|infringes?)\b
    .{0,16}?\b(?:my|our|openai<'>s|safety|content|usage|the)\b.{0,16}?\b<rules>
    """,
)
_ENGLISH_MANNERS = (
    r"""
    \bit (?:would(?:n<'>t| not) be|is(?:n<'>t| not)) (?:appropriate|ethical|right|safe)
     (?:for me|to (?:provide|help|share|assist|write|create|generate|discuss|answer))\b
    """,
)
_GERMAN = (
    r"\bich (?:kann|darf|möchte|will|werde|könnte)\b.{0,80}?\b(?:nicht|kein\w*)\b.{0,60}?\b<german verb>",
    r"\b(?:kann|darf|möchte|will|werde|könnte) ich\b.{0,80}?\b(?:nicht|kein\w*)\b.{0,60}?\b<german verb>",
    r"\bbin (?:ich )?(?:leider )?nicht (?:in der lage|befugt|berechtigt)",
    r"\bist (?:es )?mir (?:leider )?nicht (?:möglich|erlaubt|gestattet)",
    r"\b(?:muss|möchte)\b.{0,50}?\b(?:ablehnen|verweigern)\b",
    r"\bverstößt gegen (?:meine|unsere|die) (?:\w+-?)*(?:richtlinien|regeln|bedingungen)",
    r"\b(?:erstelle|schreibe|beantworte|teile|gebe|verfasse) ich (?:leider )?(?:nicht|keine)\b",
)
_FRENCH = (
    r"""
    \bje ne (?:peux|puis|vais|veux|saurais|souhaite|dois)(?: malheureusement)?(?: pas)?(?: \w+ment)?
    (?: (?:vous|te|y|lui|leur))?(?: [tl]['\u2019]| )(?:aider|assister|répondre|fournir|donner|rédiger|écrire
    |créer|générer|partager|divulguer|révéler|parler|discuter|satisfaire|accéder|produire|faire cela
    |commenter)\b
    """,
    r"\bje ne suis pas (?:en mesure|autorisée?|capable|habilitée?) ",
    r"\bil m['\u2019]est (?:\w+ment )?impossible de\b",
    r"\bje (?:dois|préfère|suis obligée? de|me vois contrainte? de)(?: \w+ment)? (?:refus|déclin|ne pas)\w*",
    r"\bà l['\u2019]encontre de (?:mes|nos)\b",
    r"\bdésolée?\b.{0,40}?\bne (?:peux|puis) (?:pas|vous)\b",
)
_SPANISH = (
    r"""
    \bno (?:puedo|podemos|podré|voy a|quiero|me es posible|soy capaz de|tengo permiso para)(?: \w+mente)?
     (?:ayudar|asistir|proporcionar|responder|cumplir|ofrecer|dar|compartir|escribir|crear|generar|revelar
    |hacer(?:lo| eso| esto)|hablar|facilitar|atender|contestar|continuar|divulgar)\w*
    """,
    r"\bno (?:estoy autorizad[oa]|me está permitido)\b",
    r"\blament(?:o|amos) no poder\b",
)
_SPANISH_RULES = (
    r"\bdebo (?:rechazar|negarme|declinar)\b",
    r"""
    \b(?:infringe|viola|incumple|va en contra de)\b.{0,20}?
    \b(?:mis|nuestras) (?:normas|políticas|directrices|pautas)
    """,
)
_ITALIAN = (
    r"""
    \bnon (?:posso|sono in grado di|mi è possibile|intendo|voglio)(?: \w+mente)? (?:aiutar|fornir|risponder
    |condivider|scriver|crear|generar|dar|rivelar|discuter|soddisfar|parlar|offrir|assister|farlo|proceder
    |divulgar)\w*
    """,
    r"\bnon sono (?:autorizzat[oa]|abilitat[oa])\b",
    r"\bdevo (?:rifiutare|declinare)\b",
)
_PORTUGUESE = (
    r"""
    \bnão (?:posso|consigo|sou capaz de|me é possível|vou|tenho permissão para)(?: \w+mente)?
     (?:ajud|fornec|respond|partilh|compartilh|escrev|criar|gerar|dar|revel|discut|atend|cumpr|falar|auxili
    |fazer|oferec)\w*
    """,
    r"\bnão estou autorizad[oa]\b",
    r"\bdevo recusar\b",
)
_DUTCH = (
    r"\bik (?:kan|mag|wil|zal|ga)\b.{0,60}?\b(?:niet|geen)\b.{0,40}?\b<dutch verb>",
    r"\b(?:kan|mag|wil|zal|ga) ik\b.{0,60}?\b(?:niet|geen)\b.{0,40}?\b<dutch verb>",
    r"\bik (?:kan|mag|wil|zal|ga)\b.{0,60}?\b<dutch verb>.{0,20}?\b(?:niet|geen)\b",
    r"\bik moet .{0,30}?\b(?:weigeren|afwijzen)\b",
)
_POLISH = (
    r"""
    \bnie (?:mogę|możemy|jestem w stanie|wolno mi|będę|zamierzam)\b.{0,24}?\b(?:pomóc|pomoc|pomaga|udziel
    |odpowied|napis|poda[ćj]|stworz|wygener|udostępni|spełni|zrobi|doradz|omawia|dostarcz)\w*
    """,
    r"\bmuszę odmówić\b",
)
_RUSSIAN = (
    r"""
    \bне (?:могу|можем|смогу|буду|имею права|вправе|в состоянии)\b.{0,24}?\b(?:помоч|помог|отве[тч]|предостав
    |сдела|выполни|дать|дава|напис|созда|обсужд|подели|раскры|сообщ)\w*
    """,
    r"\b(?:вынужден\w*|должен|должна) отказ\w+",
)
_CHINESE = (
    r"""
    (?:无法|不能|不可以|不会|不便|無法|不會)(?:为您|为你|向您|帮您|給您|对此)?.{0,6}
    (?:协助|帮助|提供|回答|回复|满足|完成|生成|创作|讨论|透露|給出|给出|答复|協助|幫助|滿足|帮)
    """,
)
_JAPANESE = (
    r"""
    (?:お手伝い|回答|お答え|提供|対応|お応え|作成|支援|共有|お教え|ご案内).{0,14}?
    (?:できません|できかねます|いたしかねます|致しかねます|ありません)
    """,
    r"お断り(?:します|いたします|させて)",
)
_KOREAN = (r"(?:도와|도움|답변|제공|응답|작성|알려).{0,10}?(?:수 없|어렵습니다)",)
_TURKISH = (r"\b(?:yardımcı ola|cevap vere|yanıtlaya|sağlaya|yerine getire)m(?:am|ıyorum|iyorum|em)\b",)
_ARABIC = (r"(?:لا (?:أستطيع|يمكنني|أقدر)|لن أستطيع).{0,24}?(?:مساعد|تقديم|الإجابة|تلبية|توفير|إعطاء)",)
_HINDI = (r"(?:मदद|सहायता|उत्तर|जवाब|जानकारी).{0,24}?नहीं (?:कर|दे)",)

_SPOKEN = (
    ("n't n\u2019t not unable declin refus", "i_ i' i\u2019 we_ we' we\u2019", _ENGLISH),
    ("outside beyond", "what_i", _ENGLISH_BOUNDS),
    ("_ai language_model chatbot virtual_assistant", "not n't n\u2019t unable", _ENGLISH_MODELS),
    (
        "my_ violat against conflict break infring",
        "polic guideline rules programming principle instruction training terms value",
        _ENGLISH_RULES,
    ),
    ("appropriate ethical right safe", "it_would it_is", _ENGLISH_MANNERS),
    ("nicht kein ablehn verweiger verstößt", "", _GERMAN),
    ("_ne_ m'est m\u2019est refuser décliner encontre", "", _FRENCH),
    ("no_", "pue pod voy quiero me_ soy tengo estoy", _SPANISH),
    ("rechaz negarme norma pauta polít", "", _SPANISH_RULES),
    ("non_ rifiutare declinare", "", _ITALIAN),
    ("não recusar", "", _PORTUGUESE),
    ("niet geen weiger afwijz", "", _DUTCH),
    ("nie_ odmówić", "", _POLISH),
    ("не_ отказ", "", _RUSSIAN),
    ("无法 不能 不可以 不会 不便 無法 不會", "", _CHINESE),
    ("ません かねます お断り", "", _JAPANESE),
    ("없 어렵", "", _KOREAN),
    ("olam cevap yanıtla sağla getirem", "", _TURKISH),
    ("لا_ لن_", "", _ARABIC),
    ("नहीं", "", _HINDI),
)


def _compiled(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Of lower case. What all begin with stands once before them all: a search looks there first."""
    whole = [_whole(form) for form in forms]
    if all(form.startswith(_AT_A_WORD) for form in whole):
        return re.compile(f"{_AT_A_WORD}(?:{'|'.join(form[len(_AT_A_WORD) :] for form in whole)})", re.DOTALL)
    return re.compile("|".join(whole), re.DOTALL)


def _whole(form: str) -> str:
    whole = _in_one_line(form)
    while "<" in re.sub(r"\(\?<|\\<", "", whole):
        for name, part in _PARTS.items():
            whole = whole.replace(name, _in_one_line(part))
    return whole


def _in_one_line(form: str) -> str:
    """Without the margins of a form of several lines; a blank that counts is the ninth or fifth."""
    lines = form.split("\n")
    if len(lines) == 1:
        return form
    margin = len(lines[-1])
    return "".join(line[margin:] for line in lines[1:-1])


def _marks(written: str) -> tuple[str, ...]:
    return tuple(mark.replace("_", " ") for mark in written.split())


_LANGUAGES = tuple((_marks(one), _marks(beside), _compiled(forms)) for one, beside, forms in _SPOKEN)
"""What stands in any refusal of a kind: one of the first marks and, where there are any, one of the second.
Then its forms: few of them are tried on an answer.
"""
_IN_ASCII = tuple(
    (plain, tuple(filter(str.isascii, beside)), forms)
    for marks, beside, forms in _LANGUAGES
    if (plain := tuple(filter(str.isascii, marks)))
)


def may_decline(text: str) -> tuple[re.Pattern[str], ...]:
    """The forms with which `text`, in lower case, may decline: mostly none."""
    kinds = _IN_ASCII if text.isascii() else _LANGUAGES
    return tuple(
        [
            forms
            for marks, beside, forms in kinds
            if holds_one(text, marks) and (not beside or holds_one(text, beside))
        ]
    )


def declines(sentence: str, forms: Iterable[re.Pattern[str]]) -> bool:
    """Whether it says, in lower case, that whoever writes it cannot or will not do what was asked."""
    return any(form.search(sentence) for form in forms)
