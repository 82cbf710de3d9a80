"""Phrases by which a text takes command of a model, in sixteen languages."""

import re

import msgspec

from leadline.vocabulary import FailureKind

_INJECTION, _JAILBREAK = FailureKind.SECURITY_INJECTION, FailureKind.SECURITY_JAILBREAK


class Pattern(msgspec.Struct, frozen=True):
    """`alone`: it is proof enough by itself; the others only add to what the model has learnt. One of
    `marks` stands in every text, in small letters, that matches: looking for them first is cheaper.
    """

    label: str
    kind: FailureKind
    pattern: re.Pattern[str]
    alone: bool = False
    marks: tuple[str, ...] = ()

    def search(self, text: str, folded: str) -> re.Match[str] | None:
        """`folded` is the text in small letters."""
        if self.marks and not any(mark in folded for mark in self.marks):
            return None
        return self.pattern.search(text)


def _row(label: str, kind: FailureKind, *patterns: str, alone: bool = False, marks: str = "") -> Pattern:
    pattern = re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE)
    return Pattern(label, kind, pattern, alone, tuple(marks.split()))


PATTERNS = (
    _row(
        "override",
        _INJECTION,
        r"\b(?:ignore|disregard|forget|override|bypass|neglect|discard|(?:do not|don'?t|stop"
        r"|cease) (?:follow|listen"
        r"|obey|comply|read)\w*)\b[^.!?\n]{0,24}\b(?:previous|prior|above|earlier|preceding|former"
        r"|initial|original"
        r"|system|existing|past|(?:your|all)(?: the| of the| of your)?)\b[^.!?\n]{0,24}"
        r"\b(?:instructions?|prompts?|directions?|directives?|guidelines|commands?|programming"
        r"|system message)\b",
        r"\b(?:ignore|disregard|forget) (?:everything|all|anything|what)\b[^.!?\n]{0,24}"
        r"\b(?:above|before|told|said|learn(?:ed|t)|instructed|prior|previous(?:ly)?|so far)\b",
        alone=True,
    ),
    _row(
        "override",
        _INJECTION,
        r"\b(?:ignorier|vergiss|vergesse|missachte|übergeh)\w*\b[^.\n]{0,40}\b(?:anweisung"
        r"|instruktion|vorgabe)",
        r"\b(?:ignore[zr]?|oublie[zr]?|ne tiens pas compte)\b[^.\n]{0,40}\b(?:instructions"
        r"|consignes|directives)",
        r"\b(?:ignora|ignore|olvida|olvide|omite|haz caso omiso)\b[^.\n]{0,40}\b(?:instrucciones"
        r"|indicaciones)",
        r"\b(?:ignore|ignora|esqueça|esquece|desconsidere)\b[^.\n]{0,40}\b(?:instruções|orientações"
        r"|diretrizes)",
        r"\b(?:ignora|dimentica|trascura|ignorate)\b[^.\n]{0,40}\b(?:istruzioni|indicazioni|direttive)",
        r"\b(?:negeer|vergeet)\b[^.\n]{0,40}\b(?:instructies|aanwijzingen|opdrachten)",
        r"\b(?:zignoruj|ignoruj|zapomnij|pomiń)\b[^.\n]{0,40}\b(?:instrukcj|polece|wskazów)",
        r"\b(?:ignorera|glöm|bortse från)\b[^.\n]{0,40}\b(?:instruktion|anvisning)",
        r"(?:игнорируй|проигнорируй|забудь|не обращай внимания)[^.\n]{0,40}(?:инструкци|указани|команд)",
        r"(?:ігноруй|забудь)[^.\n]{0,40}(?:інструкці|вказівк)",
        r"(?:忽略|无视|無視|忘记|忘記|不要理会)[^。\n]{0,16}(?:指令|指示|提示词|提示詞|系统提示|之前的规则)",
        r"(?:指示|命令|プロンプト|指令)[^。\n]{0,12}(?:無視し|忘れ)",
        r"(?:지시|명령|지침|프롬프트)[^.\n]{0,12}(?:무시|잊)",
        r"(?:تجاهل|انس)[^.\n]{0,30}(?:التعليمات|الأوامر)",
        r"निर्देश[^।\n]{0,24}(?:अनदेखा|भूल|नज़रअंदाज़|अनदेखी)",
        r"(?:talimat|komut)\w*[^.\n]{0,24}(?:yok say|unut|görmezden|dikkate alma)",
        alone=True,
        marks="ignor vergiss vergesse missachte übergeh oublie tiens olvid omite omiso esque desconsidere "
        "dimentica trascura negeer vergeet zapomnij pomiń glöm bortse игнорируй забудь обращай ігноруй 忽略 "
        "无视 無視 忘 理会 지시 명령 지침 프롬프트 تجاهل انس निर्देश talimat komut",
    ),
    _row(
        "prompt_leak",
        _INJECTION,
        r"\b(?:repeat|print|output|reveal|show|display|tell|give|write|leak|dump|return|recite"
        r"|disclose|copy|expose"
        r"|what (?:is|are|was|were))\b[^.!?\n]{0,24}\b(?:your|the) (?:\w+ ){0,2}"
        r"(?:system prompt|system message|initial prompt|hidden prompt|pre-?prompt|(?:initial"
        r"|original|secret|hidden"
        r"|previous|system|above|full|exact) instructions)\b",
        r"\b(?:repeat|print|output|reveal|recite|dump) (?:me |us )?(?:all "
        r"|back )?(?:of )?(?:your instructions"
        r"|(?:the )?(?:instructions|text|words|everything|prompt) (?:given|above|before|you were given))\b",
        r"\b(?:output|print|repeat|reveal) (?:previous|prior|initial|above) (?:instructions|prompts?)\b",
        alone=True,
    ),
    _row(
        "forged_turn",
        _INJECTION,
        r"<\|(?:im_start|im_end|system|start_header_id|eot_id)\|>|<<SYS>>|\[/?INST\]|</?system(?:_prompt)?>",
        r"^[ \t]{0,8}#{2,6}[ \t]{0,8}(?:system|new instructions?|system prompt|admin)\b[ \t]{0,8}:?[ \t]*$",
        r"\[ {0,4}(?:system|admin|developer) {0,4}(?:message|override|prompt|note) {0,4}\]"
        r"|\bend of (?:system )?prompt\b",
        alone=True,
    ),
    _row(
        "unbound_persona",
        _JAILBREAK,
        r"\bdo anything now\b|\b(?:developer|jailbreak|god|dan|dude|evil|unrestricted|uncensored|sudo) ?mode"
        r"(?: is)? (?:enabled|activated|output|on)\b|\bjailbroken\b",
        r"\b(?:free|freed|released|broken free|liberated) (?:of|from) (?:all |any |the )?(?:typical |usual )?"
        r"(?:confines|restrictions|constraints|limitations|chains|shackles|filters|rules) (?:of|on"
        r"|imposed|that|set)\b",
        r"\b(?:pretend|act|roleplay|imagine|behave|respond)\b[^.\n]{0,60}\b(?:without|no|free of"
        r"|not bound by)\b"
        r"[^.\n]{0,24}\b(?:restrictions|filters|limits|limitations|censorship|ethics|guidelines"
        r"|content polic)",
        alone=True,
    ),
    _row(
        "from_now_on",
        _JAILBREAK,
        r"\bfrom (?:now|this (?:point"
        r"|moment)) on(?:wards?)?\b[^.\n]{0,40}\byou\b",
    ),
    _row(
        "new_self",
        _JAILBREAK,
        r"\byou (?:are|will be) (?:now|no longer|going to|about to)\b"
        r"|\byou will act\b",
    ),
    _row("stay", _JAILBREAK, r"\b(?:stay|remain|break|breaking|out of) (?:in )?(?:your )?character\b"),
    _row(
        "unlimited",
        _JAILBREAK,
        r"\b(?:unfiltered|uncensored|amoral|no (?:moral|ethical)"
        r"|unethical|illegal)\b",
    ),
    _row(
        "never_refuse",
        _JAILBREAK,
        r"\b(?:never|not|cannot|can'?t) (?:refuse|decline|reject|deny"
        r"|say no)\b",
    ),
    _row("its_maker", _JAILBREAK, r"\b(?:open ?ai|chat ?gpt|anthropic|language model|content polic\w+)\b"),
    _row(
        "must",
        _JAILBREAK,
        r"\byou (?:must|have to|should|will) (?:always|never|only|not|obey"
        r"|comply|answer)\b",
    ),
    _row("answer_as", _JAILBREAK, r"\b(?:respond|reply|answer|start)\b[^.\n]{0,30}\b(?:as|only|with|both)\b"),
    _row(
        "token_game",
        _JAILBREAK,
        r"\b\d+ tokens\b|\blose (?:\w+ ){0,2}tokens?\b|\bif you (?:break"
        r"|refuse|fail)\b",
    ),
)
