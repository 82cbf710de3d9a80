"""A window of answers that is unlike those before it is found, whichever way it went."""

import gzip
import json
from random import Random

import msgspec
import numpy as np
import pytest
from tests.checks.deep.exams import exam, tools
from tests.watch.records import NOON

from leadline.checks.deep import Found
from leadline.checks.deep._form import with_form
from leadline.checks.deep._window import Window
from leadline.checks.deep.drift import Drift
from leadline.vocabulary import Condition, FailureKind

GREETINGS = ["the refund is paid in five days", "your parcel comes on monday", "the shop opens at nine"]


def answers(data):
    with gzip.open(data / "labelled" / "halluc_ragtruth_qa.jsonl.gz", "rt") as file:
        return [json.loads(line)["answer"] for line in file]


def other_languages(data):
    with gzip.open(data / "labelled" / "langid_stsb.jsonl.gz", "rt") as file:
        return [row["text"] for row in map(json.loads, file) if row["lang"] != "en"]


def mails(data):
    with gzip.open(data / "labelled" / "injection_indirect_bipia.jsonl.gz", "rt") as file:
        return [row["text"] for row in map(json.loads, file) if "email" in row["source"]]


def gibberish(chance):
    letters = "abcdefghijklmnopqrstuvwxyz0123456789#%"
    return " ".join("".join(chance.choices(letters, k=chance.randint(2, 12))) for _ in range(40))


REFUSALS = [
    "I'm sorry, but I can't help with that request.",
    "I cannot assist with that.",
    "As a language model, I am unable to provide this information.",
    "I apologize, but I am not able to answer this question.",
]
DRIFTS = {
    "refusal": lambda _text, chance, _data: chance.choice(REFUSALS),
    "language": lambda _text, chance, data: " ".join(chance.sample(other_languages(data), 4)),
    "gibberish": lambda _text, chance, _data: gibberish(chance),
    "json": lambda text, _chance, _data: json.dumps({"answer": text[:200], "confidence": 0.9}),
    "loop": lambda text, _chance, _data: " ".join(text.split()[:8] * 25),
    "other task": lambda _text, chance, data: chance.choice(mails(data)),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_windows_of_twenty_tell_each_gross_drift_from_the_usual(name, data):
    from leadline.measures.embeddings import embed  # noqa: PLC0415 - absent where wordllama is

    chance = Random(5)  # noqa: S311 - the same in each run
    usual = answers(data)
    made = [DRIFTS[name](text, chance, data) for text in chance.sample(usual, 120)]
    here, gone = embed(usual), embed(made)
    calm, away = [], []
    for _ in range(15):
        order = chance.sample(range(len(usual)), len(usual))
        window = Window()
        for index in order[:100]:
            window.add(here[index], 20, 100, bad=False)
        for _ in range(6):
            calm.append(distance(window, here[chance.sample(order[100:], 20)]))
            away.append(distance(window, gone[chance.sample(range(len(made)), 20)]))

    assert np.mean([a > c for a in away for c in calm]) >= 0.98


def distance(window, vectors):
    window.latest = [vector.astype(np.float16).tobytes() for vector in vectors]
    return window.away(20)


async def fed(check, texts, begin=0, what="answer"):
    found = []
    for number, text in enumerate(texts, begin):
        given = {"answer": text} if what == "answer" else {"answer": "fine", "prompt": text}
        found += await check.inspect(exam(**given, request_id=f"r{number}", at=NOON + number))
    return found


async def test_answers_in_another_language_are_a_condition_of_their_model_and_end_with_it():
    check = Drift(reference=60).start(tools())
    chance = Random(3)  # noqa: S311 - the same in each run
    usual = [f"{chance.choice(GREETINGS)} and {chance.choice(GREETINGS)}" for _ in range(200)]
    calm = await fed(check, usual[:100])
    told = await fed(check, ["Leider können wir Ihnen dabei nicht weiterhelfen"] * 25, 100)
    ended = await fed(check, usual[100:], 200)

    assert calm == []
    assert (told[0].kind, told[0].breached) == (FailureKind.QUALITY_COHERENCE, True)
    assert told[0].where.model == "gpt-4o"
    assert (ended[-1].breached, ended[-1].clear) == (False, True)


async def test_inputs_of_another_kind_are_a_condition_of_their_feature():
    check = Drift(reference=60).start(tools())
    chance = Random(3)  # noqa: S311 - the same in each run
    await fed(check, [chance.choice(GREETINGS) for _ in range(100)], what="prompt")
    told = await fed(check, ["SELECT * FROM accounts WHERE 1=1; DROP TABLE users;"] * 25, 100, "prompt")

    assert (told[0].kind, told[0].feature) == (FailureKind.DATA_EMBEDDING_DRIFT, "search")


async def test_calls_in_bursts_on_one_subject_are_as_usual(data):
    """The rows stand by question: several answers to one, then several to the next."""
    with gzip.open(data / "labelled" / "halluc_ragtruth_qa.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    check = Drift().start(tools())
    found: list[Found] = []
    looping: list[Found] = []
    for number, row in enumerate(rows):
        asked = exam(row["answer"], prompt=row["question"], at=NOON + number, request_id=str(number))
        found += await check.inspect(asked)
    for number, row in enumerate(rows[:40]):
        loop = " ".join(row["answer"].split()[:8] * 25)
        looping += await check.inspect(exam(loop, prompt=row["question"], at=NOON + 900 + number))

    assert found == []
    assert FailureKind.QUALITY_COHERENCE in {one.kind for one in looping if isinstance(one, Condition)}


async def test_what_is_normal_outlasts_a_restart():
    check, again = Drift(reference=60).start(tools()), Drift(reference=60).start(tools())
    chance = Random(3)  # noqa: S311 - the same in each run
    await fed(check, [chance.choice(GREETINGS) for _ in range(100)])
    again.remember(check.remembered())  # type: ignore[attr-defined]

    assert await fed(again, ["zzz qqq xxx 000"] * 25, 100)


@pytest.mark.parametrize("base", ["sts_en", "retrieval_halueval", "toxicity_davidson"])
def test_a_loop_of_an_answer_s_own_words_is_a_drift_on_any_traffic(base, data):
    from leadline.measures.embeddings import embed  # noqa: PLC0415 - absent where wordllama is

    with gzip.open(data / "labelled" / f"{base}.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    usual = [row.get("a") or row.get("passage") or row.get("text") for row in rows][:240]
    loops = [" ".join(text.split()[:6] * 30) for text in usual[:40]]
    here, gone = (
        [with_form(vector, text) for vector, text in zip(embed(texts), texts, strict=True)]
        for texts in (usual, loops)
    )
    window = Window()
    for vector in here[:100]:
        window.add(vector, 20, 100, bad=False)
    calm = [distance(window, here[at : at + 20]) for at in range(100, 220, 20)]
    away = [distance(window, gone[at : at + 20]) for at in (0, 20)]

    assert min(away) > max(5, *calm)


def test_what_another_version_remembered_is_learnt_anew():
    with pytest.raises(ValueError, match=r"version 1|Expected"):
        Drift().start(tools()).remember(msgspec.msgpack.encode((1, {})))  # type: ignore[attr-defined]
