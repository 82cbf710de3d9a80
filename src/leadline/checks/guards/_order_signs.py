"""Signs that a sentence gives an order, puts a question, or speaks to a model: inputs of the classifier."""

# ruff: noqa: RUF001 - Cyrillic letters and typographic quotes are meant as they are
import re

import numpy as np
from numpy.typing import NDArray

_ANSWER = (
    r"(?:response|answer|reply|replies|output|summary|message|explanation|elucidation|report|translation"
    r"|review|conclusion|completion|Antwort|Ausgabe|Zusammenfassung|réponse|résumé|sortie|respuesta|resumen"
    r"|salida|回答|回复|答复|答案|输出|ответ\w*|вывод\w*)"
)
_CODE = r"(?:solution|code|codebase|script|program|function|algorithm|implementation)"
_YOUR = r"(?:your|dein\w*|ihrer|ihre|ta|ton|votre|tu|su|你的|您的|твой|твоего|твоём|сво[йеёи]\w*)"
_MODEL = (
    r"(?:A\.?I\.?|LLMs?|(?:chat)?gpt\w*|claude|gemini|copilot|language models?"
    r"|(?:AI|virtual|automated|digital|smart) \w+|assistants?|chat ?bots?|bots?|models?|agents?"
    r"|summari[sz]ers?|KI|IA|ИИ|Assistent\w*|asistente\w*|Sprachmodell\w*|modèle de lang\w+"
    r"|modelo de lenguaje|人工智能|语言模型|助手|языков\w+ модел\w+|ассистент\w*|нейросет\w+)"
)
_USER = (
    r"(?:users?|readers?|customers?|people|them|him|her|everybody|everyone|whoever|humans?|person"
    r"|visitors?|clients?|Nutzer\w*|Benutzer\w*|Leser\w*|utilisateurs?|lecteurs?|usuarios?|lectore?s?"
    r"|用户|读者|пользовател\w+|читател\w+)"
)
_TELL = (
    r"(?:tell|inform|let|notify|remind|warn|advise|assure|convince|persuade|ask|urge|trick|encourage"
    r"|direct|instruct|sag\w*|informier\w*|bitte?|forder\w*|dis|informe|demande|invite|di|dile|pide"
    r"|invita|告诉|要求|让|请让|скажи|сообщи|попроси|пригласи)"
)
_ADDRESS = (
    r"(?:https?://|www\.|\b[\w-]{1,64}\.(?:com|net|org|xyz|example|io|test|info|biz)\b|@[\w-]{1,64}\.\w+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b)"
)

_SIGNS = {
    "your_answer": rf"\b{_YOUR} ?(?:\w+ ){{0,2}}{_ANSWER}|你的?(?:回答|回复|答复|答案)|(?:сво|тво)\w+ ответ",
    "the_answer": r"\b(?:the|this|la|die|der) (?:\w+ ){0,1}(?:response|answer|reply|output|summary|réponse"
    r"|respuesta|Antwort)\b|\bответ",
    "your_code": rf"\b(?:your|the|this)(?: \w+){{0,2}} {_CODE}\b",
    "in_answer": r"\b(?:in|into|to|at the end of|within|en|dans|à|al|am Ende|при|в)\s"
    rf"(?:{_YOUR}|the|any|every|all|whatever|le|la|el|die|der|das)\s?(?:\w+ ){{0,2}}(?:{_ANSWER}|{_CODE})"
    r"|回答中|回复中|回答里",
    "model": rf"(?<![\w.]){_MODEL}(?!\w)",
    "to_the_model": r"(?:\b(?:notes?|notice|message|instructions?|attention|warning|dear|hey|hello|hi|to|for"
    r"|calling|if you are|si (?:tu es|vous êtes|eres)|wenn du|falls du|an|pour|para|für|для)\b|给|致|如果你是"
    rf"|если ты)[^.\n]{{0,24}}?(?<!\w){_MODEL}(?!\w)",
    "the_model_must": rf"(?<!\w){_MODEL}(?!\w)[^.\n]{{0,40}}\b(?:must|should|shall|has to|have to|needs? to"
    r"|is required|are required|will now|muss|doit|debe)\b",
    "calls_the_model": rf"(?:^|[<\[(\"*#/!-]\s{{0,4}})(?:\w+ ){{0,2}}{_MODEL}(?: \w+)?\s?[:,!]",
    "tell_the_user": rf"\b{_TELL}\b[^.\n]{{0,16}}(?<!\w){_USER}(?!\w)|(?:告诉|要求|让)(?:用户|读者)",
    "tell_that": r"\b(?:tell|inform|say|state|claim|pretend|report|assert|write|insist|deny|confirm|believe"
    r"|assume)\b[^.\n]{0,24}\bthat\b",
    "user": r"\b(?:the|your|any|l'|el|al|den|dem) ?(?:user|reader|human|customer|person|utilisateur|lecteur"
    r"|usuario|lector|Nutzer|Benutzer|Leser)\w*",
    "ignore": r"\b(?:ignore|disregard|forget|set aside|skip|drop|discard|stop|pay no attention|instead of"
    r"|do not follow|vergiss|ignorier\w*|oublie\w*|olvida\w*|ignora\w*)\b[^.\n]{0,32}\b(?:asked|task|question"
    r"|instructions?|document|above|told|request|summari\w+|page|text|article|mail|orders?|guidelines"
    r"|everything|rest|rules|doing|previous|earlier|aufgabe|tâche|tarea|texte?|texto)\b"
    r"|忽略|忘掉|забудь|игнорируй",
    "new_task": r"\b(?:new|next|real|actual|updated|changed|only|first|neue|nouvelle|nueva)\b[^.\n]{0,12}\b"
    r"(?:task|instructions?|job|goal|objective|orders?|assignment|prompt|mission|aufgabe|tâche|tarea)\b"
    r"|\b(?:task|instructions?|job|goal|role)\b[^.\n]{0,16}\b(?:changed|is now|is to|is over|are void"
    r"|no longer)\b|新任务|新的任务|новое задание",
    "priority": r"\b(?:before (?:you|anything)|whatever (?:is|the|they|you)"
    r"|when(?:ever)? (?:you(?: are|'re)? (?:asked|answer|reply|write|respond|summari)|asked|the user"
    r"|someone asks)|to every question|if (?:anyone|the user|somebody|someone|they) asks|from now on"
    r"|instead of|no matter what|has priority|takes precedence)\b",
    "secret": r"\b(?:passwords?|api[ _-]?keys?|credentials?|card numbers?|tokens?|chat history|conversation"
    r"|messages|contacts|personal data|private|e-?mail address|secrets?|\.env|os\.environ|system prompt"
    r"|access code|PIN|ssn|ssh|login|Passwor\w+|mot de passe|contraseña|пароль|密码)\b",
    "hide": r"\b(?:do not|don't|without|never|hide|conceal|keep)\b[^.\n]{0,24}\b(?:mention|tell|telling|ask"
    r"|asking|inform|informing|reveal|disclose|notify|from the|secret|quiet|user|anybody|anyone)\b"
    r"|niemandem|personne|a nadie|никому|不要告诉",
    "send_to": r"\b(?:send|forward|post|upload|e?mail|pass|append|transmit|leak|submit|deliver|report|share"
    r"|put|write|link|leite|sende|schicke|envoie|transmets?|transfère|envía|manda|reenvía|отправь|перешли"
    rf"|передай)\b[^\n]{{0,80}}{_ADDRESS}|(?:发送到|转发到|转给|发到)",
    "address": _ADDRESS,
    "tool": r"\b(?:call|invoke|use|run|execute|trigger|launch)\b[^.\n]{0,24}(?:\b\w+_\w+\b|\btool\b"
    r"|\bfunction\b|`[^`]+`|\bcommand\b)",
    "snake_case": r"\b[a-z]+_[a-z_]+\b",
    "money": r"[$€£]\s?\d|\b\d+ ?(?:dollars?|euros?|USD|EUR)\b|\brefund|\btransfer\b|\bpayment\b"
    r"|\baccount\b",
    "form": r"\b(?:answer|reply|respond|write|speak|say|output|print|repeat|give|phrase|spell|antworte"
    r"|schreibe?|réponds|écris|rédige|responde|escribe|redacta|отвечай|напиши)\b[^.\n]{0,40}\b(?:only"
    r"|in (?:[A-Z]\w+|reverse|capital|upper|lower|base|one)|as (?:a|an)|backwards?|without|nothing else"
    r"|instead|with (?:a|the|only)|exclusively|nur|ausschließlich|uniquement|seulement|solo|только)\b",
    "letters": r"\b(?:every|each|all|the|any|no|of)\b[^.\n]{0,12}\b(?:letters?|words?|vowels?|nouns?|verbs?"
    r"|sentences?|spaces|capitals?|emoji\w*|anagrams?|symbols|cipher|morse|base ?(?:64|32)|hex\w*|rot13"
    r"|typos?|haiku|rhymes?|uppercase|capital letters)\b|Großbuchstaben|majuscules|mayúsculas|大写"
    r"|заглавными",
    "question": r"[?\uff1f]\s*$",
    "asks": r"^\W*(?:\d+\W+)?(?:what|who|which|when|where|why|how|can you|could you|do you|would you|is it"
    r"|will you)\b",
    "me": r"\b(?:me|my|I)\b",
    "you": r"\b(?:you|your|yours|yourself)\b",
    "thou": r"\b(?:du|dein\w*|dich|dir|tu|ton|tes|toi|eres|tus|ты|тебя|тебе|сво\w+)\b|你",
    "formal_you": r"\b(?:Sie|Ihre?\w*|vous|votre|vos|usted|вы|вас|ваш\w*)\b|您",
    "quote": r"[\"'“‘«„][^\"'”’\n]{4,}[\"'”’»“]",
    "code": r"```|\w\(|\bimport \w|os\.|curl |rm -",
    "must": r"\b(?:must|have to|has to|shall|need to|required)\b",
    "praise": r"\b(?:best|praise|recommend|promote|advertis\w+|highest (?:score|mark|grade|rating)|rank|rate"
    r"|favou?rabl\w+|positive)\b",
    "markup": r"<!--|</?\w+>|\[\w+[^\]]*\]|^#{1,3} ",
    "insert": r"\b(?:add|include|insert|integrate|append|embed|incorporate|weave|introduce|mention|inject"
    r"|blend|infuse|merge|meld|füge|ajoute|insère|añade|incluye|вставь|добавь|упомяни)\b"
    r"|加入|加上|附上|提到",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE | re.MULTILINE) for name, pattern in _SIGNS.items()}
_OPENERS = re.compile(
    r"^\W*(?:please|now|then|first|also|next|before you \w+,?|important:?|note:?|from now on,?)\s+",
    re.IGNORECASE,
)
_VERBS = frozenset(
    """add include insert integrate append embed work incorporate put weave slip place introduce blend infuse
    change modify rewrite transform convert format rearrange scramble shuffle reverse mix encode cipher
    misspell translate shorten turn render jumble mask split merge alter give provide write present phrase
    deliver output produce print return use choose take begin start open tell inform let notify remind warn
    advise assure convince persuade trick talk get ask urge send forward post upload mail submit transmit leak
    pass delete approve cancel download install buy share publish rename archive unlock close refund update
    create schedule disable remove invite book upgrade ignore disregard forget skip drop set discard describe
    explain compose list summarise summarize compare suggest analyse analyze classify collect search gather
    calculate draft recommend play solve correct show help make do keep say repeat replace omit wrap answer
    reply respond state claim report pretend deny hide never always stop call look read find sort transfer
    order pay plan run execute swap spell encrypt finish mention reveal act behave imagine consider ensure
    combine group substitute rate rank praise promote advertise stress emphasise emphasize encourage employ
    adopt utilize utilise leverage enhance augment enrich develop break supply generate compile identify
    determine evaluate check review verify confirm redirect click visit enter email message contact proceed
    continue assume speak sing predict estimate forecast grant allow""".split()  # noqa: SIM905 - a list of two hundred lines says no more
)
_FOREIGN_VERBS = re.compile(
    r"^(?:schreib\w*|antworte|sag\w*|füge|erwähne|verlinke|bitte|fordere|sende|schicke|leite|lösche|ignoriere"
    r"|vergiss|behaupte|überweise|erkläre|bewerte|übersetze|erzähle|empfiehl|gib|nenne|écris|rédige|réponds"
    r"|traduis|insère|mentionne|mets|dis|demande|invite|envoie|transmets|transfère|supprime|ignore|oublie"
    r"|affirme|vire|explique|présente|ajoute|donne|redacta|responde|escribe|traduce|incluye|menciona|pon|di"
    r"|dile|pide|invita|envía|manda|reenvía|borra|ignora|olvida|afirma|transfiere|explica|valora|añade"
    r"|напиши|отвечай|переведи|вставь|упомяни|дай|сообщи|скажи|попроси|пригласи|отправь|перешли|передай|удали"
    r"|забудь|утверждай|объясни|добавь|请|用|把|在|告诉|要求|将|删除|忽略|忘|给)",
    re.IGNORECASE,
)
_ADDRESSES_SOMEBODY = re.compile(
    rf"(?<!\w)(?:{_MODEL}|{_ANSWER}|{_USER}|{_YOUR}|yours?|you|yourself|me|du|dir|dich|tes|toi|te|ты|тебе"
    r"|must|should|shall|let|never|always|do not|don't|please|instructions?|tasks?|ignore|disregard|forget"
    r"|instead)(?!\w)|[?\uff1f\u3400-\u9fff]",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_SHORT, _LONG = 40, 160
_PLAIN = ("order", "opened", "short", "long", "foreign", *_SIGNS)
_PAIRS = (
    *[("order", name) for name in _SIGNS],
    ("insert", "your_answer"),
    ("model", "must"),
    ("model", "your_answer"),
    ("question", "you"),
    ("form", "your_answer"),
)
_AT = {name: at for at, name in enumerate(_PLAIN)}
_FIRSTS, _SECONDS = ([_AT[pair[side]] for pair in _PAIRS] for side in (0, 1))
NAMES = (*_PLAIN, *[f"{first} and {second}" for first, second in _PAIRS])
ORDER, QUESTION = _AT["order"], _AT["question"]
_NONE = np.zeros(len(NAMES), np.bool_)


def signs(sentence: str) -> NDArray[np.bool_]:
    """Whether the sentence bears each of NAMES. One that neither gives an order nor has a word for anybody
    bears none: most sentences of most documents are so, and cost little.
    """
    body = _OPENERS.sub("", sentence.strip(" -*>#\t0123456789.):"))
    first = _FIRST_WORD.match(body)
    orders = first is not None and first.group().lower() in _VERBS
    orders = orders or _FOREIGN_VERBS.match(body) is not None
    if not orders and _ADDRESSES_SOMEBODY.search(sentence) is None:
        return _NONE
    plain = [
        orders,
        _OPENERS.match(sentence) is not None,
        len(sentence) < _SHORT,
        len(sentence) > _LONG,
        not sentence.isascii() and sum(one > "\u0250" for one in sentence) * 3 > len(sentence),
        *[pattern.search(sentence) is not None for pattern in _PATTERNS.values()],
    ]
    found = np.array(plain, np.bool_)
    return np.concatenate([found, found[_FIRSTS] & found[_SECONDS]])
