"""What people decide about texts that policies hold: released or rejected, kept with who did it."""

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadline.storage import DiskFull
from leadline.storage.review_book import NotDecided
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Ask, Command, Deed, Told
from leadline.watch.orders import given_in

ORDERS = frozenset({Command.RELEASE, Command.REJECT})


def give(ask: Ask, at: float, account: str, incidents: SQLiteIncidents) -> Told:
    """The review as it is then, or a sentence. `at` is Unix seconds."""
    try:
        given = given_in(ask)
    except ValueError as error:
        return Told(error=str(error))
    if not given.get("review_id"):
        return Told(error=f"{ask.name} needs `review_id`; `leadline reviews list` shows those that wait.")
    deed = Deed(
        at=at,
        by=str(given["by"]),
        action=ask.name,
        subject=str(given["review_id"]),
        account=account,
        via=str(given.get("via", "")),
        note=str(given.get("reason", "")),
    )
    try:
        return Told(rows=(incidents.decide_review(deed),))
    except (NotDecided, DiskFull) as refused:
        return Told(error=str(refused))


class ReviewCollector(Collector):
    """How much waits for a person, and for how long."""

    def __init__(self, incidents: SQLiteIncidents, clock: Callable[[], float]) -> None:
        self._incidents = incidents
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        count, oldest = self._incidents.waiting_reviews()
        waiting = GaugeMetricFamily("leadline_reviews_waiting", "Texts that wait for a person to decide.")
        waiting.add_metric([], float(count))
        age = GaugeMetricFamily("leadline_review_age_seconds", "How long the oldest of them has waited.")
        age.add_metric([], max(0.0, self._clock() - oldest) if count else 0.0)
        yield from (waiting, age)
