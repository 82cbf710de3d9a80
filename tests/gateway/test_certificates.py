"""A certificate that ends soon is news of each provider at that address, and an event of them."""

from tests.gateway.conftest import target

from leadline.gateway.certificates import Certificates
from leadline.gateway.target_news import TargetReporter
from leadline.triage.diagnose import news_of
from leadline.triage.rows import rows_of
from leadline.vocabulary import FailureKind, Severity, SpoolRecord, TargetNews

DAY_S = 86_400.0


def test_each_provider_at_the_address_has_an_early_warning():
    told: list[TargetNews] = []

    def offer(record: SpoolRecord) -> bool:
        assert isinstance(record, TargetNews)
        told.append(record)
        return True

    certificates = Certificates(TargetReporter(offer, "h", 0))
    certificates.follow(
        [
            target("openai", "gpt-4o", "https://api.example.com/v1", "main"),
            target("openai", "gpt-4o-mini", "https://api.example.com/v1", "main"),
            target("openai", "gpt-4o", "https://api.example.com/v1", "spare"),
            target("openai", "gpt-4o", "https://elsewhere.example.com/v1", "other"),
            target("openai", "gpt-4o", "no address", "broken"),
        ]
    )

    certificates.told("api.example.com:443", 3 * DAY_S, 100.0)

    assert [news.target.provider for news in told] == ["main", "spare"]
    [event] = news_of(rows_of(told[0])[0])
    assert (event.kind, event.severity) == (FailureKind.PROVIDER_TLS, Severity.LOW)
    assert "ends in 3.0 days" in event.causal_signals.evidence
