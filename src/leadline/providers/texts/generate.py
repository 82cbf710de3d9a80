"""The texts of Google's generateContent, and of what is counted and embedded there."""

from leadline.providers.texts.spots import Members, Texts, is_no_text, members_of, same_place
from leadline.vocabulary import Place

_BY_MEMBER = {
    **dict.fromkeys(("systemInstruction", "system_instruction"), Place.INPUT_SYSTEM),
    "title": Place.INPUT_USER,
    **dict.fromkeys(("tools", "generationConfig", "generation_config"), Place.TOOL_DEFINITION),
}
_RESULTS = ("functionResponse", "function_response", "codeExecutionResult", "code_execution_result")
_CALLS = ("functionCall", "function_call")
_NESTED = ("generateContentRequest", "generate_content_request", "requests")


def asked(body: object, texts: Texts) -> None:
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        texts.next_group()
        if name in ("contents", "content"):
            for content in members_of(value):
                _asked_content(content, texts)
        elif name in _NESTED:
            for inner in members_of(value):
                asked(inner, texts)
        elif not isinstance(value, str):
            texts.add_below(_BY_MEMBER.get(name, Place.INPUT_CONTEXT), value, same_place)
        elif not is_no_text(name, value):
            texts.add(
                Place.INPUT_USER if name == "title" else _BY_MEMBER.get(name, Place.INPUT_CONTEXT), body, name
            )


def _asked_content(content: Members, texts: Texts) -> None:
    texts.next_group()
    role = content.get("role")
    if role == "model":
        texts.add_below(Place.INPUT_CONTEXT, content, same_place)
    else:
        place = Place.TOOL_RESULT if role == "function" else Place.INPUT_USER
        texts.add_below(place, content, _of_part)


def _of_part(members: Members) -> Place | None:
    return Place.TOOL_RESULT if any(name in members for name in _RESULTS) else None


def answered(body: object, texts: Texts) -> None:
    for candidate in _candidates(body):
        for part in _parts(candidate):
            _part(part, None, texts)
        _beside(candidate, texts)


def streamed(body: object, texts: Texts) -> None:
    for at, candidate in enumerate(_candidates(body)):
        given = candidate.get("index")
        number = at if given is None else given
        for part in _parts(candidate):
            _part(part, number, texts)
            if not part.get("thought"):
                texts.ended.append((number, "thought"))
        if candidate.get("finishReason"):
            texts.ended.append((number,))
        _beside(candidate, texts)
    if isinstance(body, dict):
        texts.add_below(Place.OUTPUT, body.get("error"), same_place)


def _part(part: Members, candidate: object | None, texts: Texts) -> None:
    """Texts grow from event to event, what the model thinks apart from what it says; calls come whole."""
    thinks = bool(part.get("thought"))
    for name in part:
        if name in _CALLS and isinstance(part[name], dict):
            call = part[name]
            texts.next_group()
            for member in [one for one in ("name", "args") if one in call]:
                texts.add_json(Place.TOOL_ARGUMENTS, call, member)
        elif name == "text":
            channel = None if candidate is None else (candidate, "thought" if thinks else "text")
            texts.add(Place.OUTPUT, part, name, channel)
        elif not isinstance(part[name], str):
            texts.next_group()
            texts.add_below(Place.OUTPUT, part[name], same_place)


def _beside(candidate: Members, texts: Texts) -> None:
    """Sources that a page shows beside the answer, such as the rendered suggestions of a search."""
    for name, value in candidate.items():
        if name not in ("content", "citationMetadata", "logprobsResult", "safetyRatings") and not isinstance(
            value, str
        ):
            texts.next_group()
            texts.add_below(Place.OUTPUT, value, same_place)


def _candidates(body: object) -> list[Members]:
    return list(members_of(body.get("candidates"))) if isinstance(body, dict) else []


def _parts(candidate: Members) -> list[Members]:
    content = candidate.get("content")
    return list(members_of(content.get("parts"))) if isinstance(content, dict) else []
