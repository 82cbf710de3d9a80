"""Weights of the guard `profanity`: rude words and insults, from the tweets of Davidson et al. (2017)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from leadline.checks.guards._linear import Record
from leadline.checks.guards._ngrams import BUCKETS, weighed
from training.measures import auroc
from training.shipping import HeldOut, Plan, across_folds, ship, trained
from training.texts import NOT_TO_TRAIN_ON, Text, digest, harmless, labelled

TWEETS, OTHER_PEOPLE = "toxicity_davidson.jsonl.gz", "toxicity_hatecheck.jsonl.gz"
PROMPTS = "injection_direct.jsonl.gz"
_DOCUMENTS = 200


def make(data: Path, documents: Path, out: Path) -> Record:
    plan = Plan("profanity", BUCKETS, (), strength=10.0, share=0.02)
    training = list(_texts(data, documents))
    apart = [_text(row) for row in labelled(data / OTHER_PEOPLE)]
    held = across_folds(plan, weighed, training, apart)
    threshold = float(np.quantile(held.margins[~held.positive & _of(held, "davidson")], 1 - plan.share))
    fitted = trained(plan, [weighed(one.text) for one in training], training)
    record = Record(
        bias=fitted.bias,
        threshold=threshold,
        steepness=1.0,
        extra=(),
        seed=plan.seed,
        strength=plan.strength,
        data={name: digest(data / name) for name in (TWEETS, PROMPTS)},
        rows={"trained on": len(training), "only measured on": len(apart)},
        figures=_figures(held, threshold),
    )
    ship(out, plan, fitted, record)
    return record


def _text(row: dict[str, object]) -> Text:
    return Text(str(row["text"]), bool(row["label"]), str(row["source"]), str(row["id"]))


def _texts(data: Path, documents: Path) -> Iterator[Text]:
    yield from (_text(row) for row in labelled(data / TWEETS))
    for row in labelled(data / PROMPTS):
        if not row["label"] and row["source"] not in NOT_TO_TRAIN_ON:
            yield Text(str(row["text"]), positive=False, source="prompt", family=str(row["id"]))
    yield from harmless(documents, _DOCUMENTS)


def _of(held: HeldOut, source: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([one == source for one in held.sources])


def _figures(held: HeldOut, threshold: float) -> dict[str, float]:
    tweets, apart = _of(held, "davidson"), _of(held, "hatecheck")
    return {
        "auroc": round(auroc(held.margins[tweets], held.positive[tweets]), 4),
        "recall": round(float(np.mean(held.margins[tweets & held.positive] > threshold)), 4),
        "false_alarms": round(held.false_alarms(threshold, ("davidson",)), 4),
        "false_alarms_prompts": round(held.false_alarms(threshold, ("prompt",)), 4),
        "false_alarms_documents": round(held.false_alarms(threshold, ("harmless",)), 4),
        "auroc_hatecheck": round(auroc(held.margins[apart], held.positive[apart]), 4),
    }
