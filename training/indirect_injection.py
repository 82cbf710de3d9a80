"""Weights of the guard `indirect_injection`: sentences in documents that speak to a model."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadline.checks.guards import _order_signs, _standing
from leadline.checks.guards._linear import Record
from leadline.checks.guards._orders import INPUTS, Page, inputs, read
from leadline.checks.guards._sentences import corrected, sentences
from training import documents as ours
from training.injection import DIRECT, INDIRECT, PASSAGES
from training.logistic import Fitted, Floats, Row, fit, stacked
from training.measures import auroc
from training.shipping import Plan, ship
from training.texts import FOLDS, NOT_TO_TRAIN_ON, Text, digest, fold_of, harmless, labelled

_SHORT = 220
_STDLIB, _CUT, _OF_EACH_KIND, _OF_EACH_FORM = 250, 4000, 14, 8
_OURS = 8
_ATTACKED = 3
"""Times that an order is put into each harmless document."""
_IMPORTANCE = {True: 2.0, False: 0.3}
"""In the second step, of sentences of attacked documents: orders are few, the others known already."""


class Held(msgspec.Struct, frozen=True):
    """A document judged by the fold that knew neither it nor its order. `positive` is of each sentence."""

    source: str
    rows: Floats
    positive: NDArray[np.bool_]
    attacked: bool
    family: str


def make(data: Path, folder: Path, out: Path) -> Record:
    plan = Plan("indirect_injection", INPUTS, _order_signs.NAMES, strength=5.0, share=0.01)
    every, orders = list(_documents(data, folder)), list(_orders(data))
    held = [one for fold in range(FOLDS) for one in _judged(plan, fold, every, orders, data)]
    second = _second([one for one in held if one.source != "labelled"])
    fitted = _first(plan, every, orders)
    margins = {id(one): _highest(one, second) for one in held}
    threshold = _threshold(plan, held, margins)
    record = Record(
        bias=fitted.bias,
        threshold=threshold,
        steepness=1.0,
        extra=_order_signs.NAMES,
        seed=plan.seed,
        strength=plan.strength,
        data={name: digest(data / name) for name in (DIRECT, INDIRECT, PASSAGES)},
        rows={"orders": len(orders), "documents": len(every), "only measured on": 0},
        figures=_figures(held, margins, threshold),
        standing=second,
    )
    ship(out, plan, fitted, record)
    return record


def _documents(data: Path, folder: Path) -> Iterator[Text]:
    """Harmless ones; those of one kind are one family."""
    for kind, text in ours.written(_OF_EACH_KIND):
        yield Text(text, positive=False, source="written", family=kind)
    for one in harmless(folder, _STDLIB):
        yield Text(one.text[:_CUT], positive=False, source="harmless", family=one.family)
    for row in labelled(data / PASSAGES):
        yield Text(str(row["passage"]), positive=False, source="passage", family=str(row["id"]))
    for row in labelled(data / INDIRECT):
        if not row["label"]:
            yield Text(str(row["text"]), positive=False, source="labelled", family=_letter(row))


def _orders(data: Path) -> Iterator[Text]:
    """Of one form, or of one kind of attack, is one family."""
    for _, form, said in ours.orders(_OF_EACH_FORM):
        yield Text(said, positive=True, source="written", family=form)
    kinds = {str(row["attack"]): _kind(row) for row in labelled(data / INDIRECT) if row["label"]}
    for attack, kind in sorted(kinds.items()):
        yield Text(attack, positive=True, source="attack", family=kind, weight=3)
    for row in labelled(data / DIRECT):
        said, source = str(row["text"]), str(row["source"])
        if source in NOT_TO_TRAIN_ON or len(said) >= _SHORT:
            continue
        if not row["label"]:
            yield Text(said, positive=True, source="request", family=str(row["id"]), weight=0.7)
        elif source.startswith("PIGuard"):
            yield Text(said, positive=True, source="attack", family=str(row["id"]))


def _first(plan: Plan, documents: Sequence[Text], orders: Sequence[Text]) -> Fitted:
    """The first step: sentences by themselves."""
    known = {(one.text, True): one.weight for one in orders}
    for document in documents:
        known.update({(said, False): 1.0 for said, _, _ in sentences(document.text)})
    rows = [inputs(said, _order_signs.signs(said)) for said, _ in known]
    labels = np.array([float(positive) for _, positive in known])
    return fit(stacked(rows, plan.width), labels, plan.strength, np.array([*known.values()]))


def _judged(
    plan: Plan, fold: int, documents: Sequence[Text], orders: Sequence[Text], data: Path
) -> Iterator[Held]:
    """What this fold did not see, harmless and attacked, and the labelled attacks of kinds it did not see."""
    here = {one.family for one in (*documents, *orders) if fold_of(one.family, plan.seed) == fold}
    fitted = _first(
        plan,
        [one for one in documents if one.family not in here],
        [one for one in orders if one.family not in here],
    )
    unseen = [one for one in orders if one.family in here]
    weights = [one.weight for one in unseen]
    chance = random.Random(fold)  # noqa: S311 - chance, not secrecy
    for document in documents:
        if document.family not in here:
            continue
        yield _held(fitted, document.source, document.text, document.family)
        for order in chance.choices(unseen, weights, k=_ATTACKED):
            text, at = ours.placed(document.text, order.text, chance)
            yield _held(fitted, document.source, text, order.family, (at, at + len(order.text)))
    for row in labelled(data / INDIRECT):
        if row["label"] and _kind(row) in here:
            text, order_text = str(row["text"]), str(row["attack"])
            at = max(0, text.find(order_text))
            yield _held(fitted, "labelled", text, _kind(row), (at, at + len(order_text)))


def _held(fitted: Fitted, source: str, text: str, family: str, order: tuple[int, int] | None = None) -> Held:
    pages = read(text)
    rows = [page.standing(text, _alone(fitted, page)) for page in pages]
    pieces = [piece for page in pages for piece in page.pieces]
    since, until = order or (0, 0)
    positive = np.array([start < until and end > since for _, start, end in pieces], np.bool_)
    return Held(source, np.vstack(rows) if rows else _nothing(), positive, order is not None, family)


def _nothing() -> Floats:
    return np.zeros((0, len(_standing.NAMES)))


def _alone(fitted: Fitted, page: Page) -> Floats:
    return np.array([float(np.dot(fitted.weights[at], values)) + fitted.bias for at, values in page.inputs()])


def _second(held: Sequence[Held]) -> dict[str, float]:
    """The second step: coefficients of how sentences stand, and their bias."""
    rows = np.vstack([one.rows for one in held])
    labels = np.concatenate([one.positive for one in held])
    importance = np.concatenate(
        [[_IMPORTANCE[bool(is_order)] if one.attacked else 1.0 for is_order in one.positive] for one in held]
    )
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    numbers = np.arange(len(_standing.NAMES))
    scaled: list[Row] = [(numbers, row.astype(np.float32)) for row in (rows - middle) / spread]
    fitted = fit(stacked(scaled, len(numbers)), labels.astype(np.float64), 10.0, importance)
    plain = fitted.weights / spread
    told = dict(zip(_standing.NAMES, (float(one) for one in plain), strict=True))
    return {**told, "bias": fitted.bias - float(np.dot(plain, middle))}


def _highest(one: Held, second: dict[str, float]) -> float:
    if not len(one.rows):
        return -99.0
    margins = one.rows @ np.array([second[name] for name in _standing.NAMES]) + second["bias"]
    return corrected(float(margins.max()), max(1, len(margins) // _standing.TOGETHER))


def _threshold(plan: Plan, held: Sequence[Held], margins: dict[int, float]) -> float:
    """So that of each source of harmless documents no larger share lies above; of our own, which are made of
    orders and questions, and of kinds that the fold knows nothing of, eight times as large a one.
    """
    found = []
    for source in sorted({one.source for one in held}):
        apart = [margins[id(one)] for one in held if one.source == source and not one.attacked]
        share = plan.share * (_OURS if source == "written" else 1)
        found.append(float(np.quantile(apart, 1 - share)))
    return max(found)


def _figures(held: Sequence[Held], margins: dict[int, float], threshold: float) -> dict[str, float]:
    def share(source: str, *, attacked: bool = False) -> float:
        chosen = [margins[id(one)] for one in held if one.attacked is attacked and one.source == source]
        return round(float(np.mean(np.array(chosen) > threshold)), 4)

    labelled_rows = [one for one in held if one.source == "labelled"]
    real = [one for one in labelled_rows if not one.attacked or one.family[:5] in {"text/", "code/"}]
    scores = np.array([margins[id(one)] for one in real])
    positive = np.array([one.attacked for one in real])
    return {
        "auroc": round(auroc(scores, positive), 4),
        "recall": round(float(np.mean(scores[positive] > threshold)), 4),
        "false_alarms": round(float(np.mean(scores[~positive] > threshold)), 4),
        "recall_in_documents": share("harmless", attacked=True),
        "recall_in_passages": share("passage", attacked=True),
        "recall_in_written": share("written", attacked=True),
        "false_alarms_documents": share("harmless"),
        "false_alarms_passages": share("passage"),
        "false_alarms_written": share("written"),
    }


def _kind(row: dict[str, object]) -> str:
    """The kind of a labelled attack: text/Clickbait."""
    return "/".join(str(row["category"]).split("/")[:2])


def _letter(row: dict[str, object]) -> str:
    return str(row["text"])[:60]
