"""Weights of the guard `injection`: what users write to take command of a model."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from leadline.checks.guards._attack_patterns import PATTERNS
from leadline.checks.guards._attack_score import inputs as phrases
from leadline.checks.guards._linear import Record
from leadline.checks.guards._ngrams import BUCKETS, weighed
from training import documents as ours
from training.injection_examples import attacks, harmless_twins
from training.logistic import Row
from training.measures import auroc
from training.shipping import HeldOut, Plan, across_folds, ship, trained
from training.texts import NOT_TO_TRAIN_ON, Text, digest, harmless, labelled

DIRECT, INDIRECT = "injection_direct.jsonl.gz", "injection_indirect_bipia.jsonl.gz"
PARAPHRASES = "cache_paraphrase.jsonl.gz"
PASSAGES = "retrieval_halueval.jsonl.gz"
_DOCUMENTS, _OF_EACH_FORM, _OF_EACH_KIND = 300, 6, 14
_TO_THE_MODEL = re.compile(
    r"```|\b(?:your|the) (?:response|answer|reply|message|code|output|elucidation|solution|implementation"
    r"|algorithm)"
)


def make(data: Path, documents: Path, out: Path) -> Record:
    names = tuple(f"phrase:{row.label}" for row in PATTERNS)
    plan = Plan("injection", BUCKETS + len(names), names, strength=10.0, share=0.0056)
    texts = list(_texts(data, documents))
    training = [one for one in texts if one.source not in NOT_TO_TRAIN_ON]
    apart = [one for one in texts if one.source in NOT_TO_TRAIN_ON]
    held = _of_the_file(across_folds(plan, as_row, training, apart))
    asked = ~held.positive & np.array([source != "harmless" for source in held.sources])
    threshold = float(np.quantile(held.margins[asked], 1 - plan.share))
    fitted = trained(plan, [as_row(one.text) for one in training], training)
    record = Record(
        bias=fitted.bias,
        threshold=threshold,
        steepness=1.5,
        extra=names,
        seed=plan.seed,
        strength=plan.strength,
        data={name: digest(data / name) for name in (DIRECT, INDIRECT, PARAPHRASES, PASSAGES)},
        rows={"trained on": len(training), "only measured on": len(apart)},
        figures=_figures(held, threshold),
    )
    ship(out, plan, fitted, record)
    return record


def as_row(text: str) -> Row:
    found, values = weighed(text)
    extra = phrases(text)
    numbers = np.array([BUCKETS + at for at in extra], np.int64)
    return np.concatenate([found, numbers]), np.append(values, np.array([*extra.values()], np.float32))


def _texts(data: Path, documents: Path) -> Iterator[Text]:
    for row in labelled(data / DIRECT):
        source, positive = str(row["source"]), bool(row["label"])
        weight = 3.0 if positive or source.startswith("NotInject") else 1.0
        yield Text(str(row["text"]), positive, source, str(row["id"]), weight)
    commands = {str(row["attack"]) for row in labelled(data / INDIRECT) if row["label"]}
    for command in sorted(commands):
        if _TO_THE_MODEL.search(command):
            yield Text(command, positive=True, source="written: BIPIA", family=command)
    for row in labelled(data / PARAPHRASES):
        yield Text(
            str(row["query"]), positive=False, source="written: paraphrase", family=str(row["id"]), weight=0.5
        )
    yield from attacks()
    yield from harmless_twins()
    yield from _spoken(data)
    for one in harmless(documents, _DOCUMENTS):
        yield Text(one.text, one.positive, one.source, one.family, 0.25)


def _spoken(data: Path) -> Iterator[Text]:
    """Our own attacks and requests in six languages, and documents of all kinds, which people paste too."""
    for _, form, said in ours.orders(_OF_EACH_FORM, ours.DIRECT_ATTACKS):
        yield Text(said, positive=True, source="written", family=form)
    for _, form, said in ours.orders(_OF_EACH_FORM, ours.REQUESTS):
        yield Text(said, positive=False, source="written", family=form)
    for kind, text in ours.written(_OF_EACH_KIND):
        yield Text(text, positive=False, source="written: document", family=kind, weight=0.4)
    for row in labelled(data / INDIRECT):
        if not row["label"]:
            text = str(row["text"])
            yield Text(text, positive=False, source="written: BIPIA", family=text[:40], weight=0.4)
    for row in labelled(data / PASSAGES):
        text, number = str(row["passage"]), str(row["id"])
        yield Text(text, positive=False, source="written: passage", family=number, weight=0.3)


def _of_the_file(held: HeldOut) -> HeldOut:
    """Only the labelled file and the documents count as measured, not what was written for the training."""
    kept = np.array([not source.startswith("written") for source in held.sources])
    sources = tuple(source for source in held.sources if not source.startswith("written"))
    return HeldOut(held.margins[kept], held.positive[kept], sources)


def _figures(held: HeldOut, threshold: float) -> dict[str, float]:
    asked = np.array([source != "harmless" for source in held.sources])
    questions = HeldOut(
        held.margins[asked], held.positive[asked], tuple(s for s in held.sources if s != "harmless")
    )
    return {
        "auroc": round(auroc(questions.margins, questions.positive), 4),
        "recall": round(questions.caught(threshold), 4),
        "false_alarms": round(questions.false_alarms(threshold), 4),
        "false_alarms_notinject": round(questions.false_alarms(threshold, ("NotInject",)), 4),
        "false_alarms_wildguard": round(questions.false_alarms(threshold, ("WildGuard",)), 4),
        "false_alarms_halueval": round(questions.false_alarms(threshold, ("HaluEval",)), 4),
        "false_alarms_documents": round(held.false_alarms(threshold, ("harmless",)), 4),
    }
