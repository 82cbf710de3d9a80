"""Trains the deep check `faithfulness`: `python -m training.faithfulness DATA_FOLDER` writes its weights.

No row of RAGTruth is used: those are for evaluation only, and printed at the end. The training pairs are
made: sentences of passages, reworded at random, as faithful answers; the same with sentences of other
passages mixed in, dressed up in words of their own passage, as unfaithful ones.
"""

import gzip
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from leadline.checks.deep._lexical import FEATURES, _sentences, features, read_source

SEED = 7
PAIRS = 4000
FALSE_ALARMS = 0.08
WEIGHTS = Path(__file__).parents[1] / "src/leadline/checks/deep/_faithfulness_weights.py"
PASSAGES = ("retrieval_halueval", "injection_indirect_bipia")
TASKS = {"qa": (2, 6), "summary": (3, 9)}
"""How many sentences of the source an answer takes up."""
OPENINGS = {
    "qa": ("Based on the given passages, ", "According to the passages, ", "The passages say this. ", ""),
    "summary": ("In summary, ", "The text covers the following points. ", "", ""),
}
CLOSINGS = (
    "",
    " Overall, this is what the passages provide.",
    " It is important to note that further details are not mentioned.",
    " However, no additional information is provided in the passages.",
)


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(folder / "labelled" / f"{name}.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def passages(folder: Path) -> list[str]:
    """From HotpotQA's paragraphs and harmless e-mails."""
    found = [row["passage"] for row in rows(folder, PASSAGES[0])]
    mails = (row for row in rows(folder, PASSAGES[1]) if not int(row["label"]) and "email" in row["source"])
    return found + [row["text"] for row in mails]


class Maker:
    def __init__(self, texts: list[str], chance: random.Random) -> None:
        self._texts, self._chance = texts, chance
        self._sentences = [_sentences(text) for text in texts]
        self._words = sorted({word for text in texts for word in text.split() if len(word) > 3})

    def pairs(self, task: str, count: int) -> Iterator[tuple[str, str, bool]]:
        """Each a source, an answer, and whether it is unfaithful."""
        chance, (least, most) = self._chance, TASKS[task]
        while count:
            chosen = chance.sample(range(len(self._texts)), chance.choice([1, 2, 3, 3]))
            own = [sentence for index in chosen for sentence in self._sentences[index]]
            if len(own) < least:
                continue
            bad = chance.random() < 0.4
            source = "\n".join(self._texts[index] for index in chosen)
            reworded = chance.uniform(0, 0.22)
            taken = chance.sample(own, min(len(own), chance.randint(least, most)))
            answer = [self._reword(sentence, reworded) for sentence in taken]
            for _ in range(chance.choice([1, 1, 1, 2, 3]) if bad else 0):
                answer.insert(chance.randint(0, len(answer)), self._foreign(chosen, source.split()))
            yield source, chance.choice(OPENINGS[task]) + " ".join(answer) + chance.choice(CLOSINGS), bad
            count -= 1

    def _reword(self, sentence: str, share: float) -> str:
        kept = (word for word in sentence.split() if self._chance.random() > 0.08)
        return " ".join(
            self._chance.choice(self._words).lower()
            if len(word) > 3 and self._chance.random() < share
            else word
            for word in kept
        )

    def _foreign(self, chosen: list[int], own: list[str]) -> str:
        """A sentence of another passage, a third of whose words are this one's: it looks on topic."""
        while True:
            index = self._chance.randrange(len(self._texts))
            if index not in chosen and self._sentences[index]:
                break
        sentence = self._chance.choice(self._sentences[index])
        own = [word for word in own if len(word) > 3]
        return " ".join(
            self._chance.choice(own) if len(word) > 3 and self._chance.random() < 0.35 else word
            for word in sentence.split()
        )


def fit(x: Any, y: Any, rounds: int = 4000, rate: float = 0.1, decay: float = 3e-4) -> tuple[Any, float]:
    """Logistic regression by gradient descent without negative weights: more novelty is never better."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z, w, b = (x - mean) / spread, np.zeros(x.shape[1]), 0.0
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-(z @ w + b)))
        w = np.maximum(0.0, w - rate * (z.T @ (p - y) / len(y) + decay * w))
        b -= rate * float((p - y).mean())
    return w / spread, b - float((w * mean / spread).sum())


def auroc(scores: Any, y: Any) -> float:
    bad, good = scores[y], scores[~y]
    wins = (bad[:, None] > good[None, :]).mean() + (bad[:, None] == good[None, :]).mean() / 2
    return float(wins)


def f1(scores: Any, y: Any, threshold: float) -> float:
    flagged = scores >= threshold
    return float(2 * (flagged & y).sum() / (flagged.sum() + y.sum()))


def train(folder: Path) -> str:
    chance = random.Random(SEED)  # noqa: S311 - the same pairs in each run
    maker = Maker(passages(folder), chance)
    fitted, figures = {}, {}
    for task in TASKS:
        pairs = list(maker.pairs(task, PAIRS))
        x = np.array([features(read_source(source), answer) for source, answer, _ in pairs])
        y = np.array([bad for *_, bad in pairs])
        half = len(y) // 2
        w, b = fit(x[:half], y[:half].astype(float))
        scores = 1 / (1 + np.exp(-(x[half:] @ w + b)))
        threshold = float(np.quantile(scores[~y[half:]], 1 - FALSE_ALARMS))
        fitted[task] = (w, b, threshold)
        figures[f"made_{task}_auroc"] = round(auroc(scores, y[half:]), 3)
    figures |= evaluate(folder, *fitted["qa"])
    return written(fitted, figures)


def evaluate(folder: Path, w: Any, b: float, threshold: float) -> dict[str, float]:
    judged = rows(folder, "halluc_ragtruth_qa")
    pairs = [(f"{row['context']}\n{row['question']}", row["answer"]) for row in judged]
    x = np.array([features(read_source(source), answer) for source, answer in pairs])
    y = np.array([int(row["label"]) == 1 for row in judged])
    scores = 1 / (1 + np.exp(-(x @ w + b)))
    return {
        "ragtruth_qa_auroc": round(auroc(scores, y), 3),
        "ragtruth_qa_f1": round(f1(scores, y, threshold), 3),
        "ragtruth_qa_recall": round(float((scores[y] >= threshold).mean()), 3),
        "ragtruth_qa_false_alarms": round(float((scores[~y] >= threshold).mean()), 3),
    }


def written(fitted: dict[str, Any], figures: dict[str, float]) -> str:
    lines = [
        '"""Weights of the deep check `faithfulness`, written by `training/faithfulness.py`."""',
        "",
        "RECORD: dict[str, object] = {",
        f'    "data": {json.dumps([*PASSAGES, "made pairs"])},',
        f'    "pairs": {PAIRS},',
        f'    "seed": {SEED},',
        *(f'    "{name}": {value},' for name, value in figures.items()),
        "}",
        '"""RAGTruth trained no weight and no threshold; it was looked at when the features were chosen."""',
        "",
        "WEIGHTS: dict[str, tuple[tuple[float, ...], float, float]] = {",
    ]
    for task, (w, b, threshold) in fitted.items():
        numbers = ", ".join(f"{value:.4f}" for value in w)
        lines += [
            f'    "{task}": (',
            f"        ({numbers}),",
            f"        {b:.4f},",
            f"        {threshold:.4f},",
            "    ),",
        ]
    lines += [
        "}",
        f'"""By kind of task: the weight of each feature ({len(FEATURES)}), the bias, the threshold."""',
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    WEIGHTS.write_text(train(Path(sys.argv[1])))
    sys.stdout.write(WEIGHTS.read_text())
