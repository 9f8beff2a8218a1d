"""What ``parution serve`` counts, for Prometheus at ``/metrics``."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

#: The type of the text format (Prometheus exposition formats, version 0.0.4).
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 13, 30, 60, 300)


class Metrics:
    """One process's figures, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        self.passes = Counter("parution_passes", "Looks at what is due.", ["result"], registry=own)
        self.acts = Counter(
            "parution_publications", "Turns that became public, by act.", ["act"], registry=own
        )
        self.refused = Counter(
            "parution_refused", "Editions whose proof did not hold.", registry=own
        )
        self.failed = Counter(
            "parution_failed", "Editions that could not be published.", registry=own
        )
        self.hooks = Counter(
            "parution_hooks", "Calls of webhooks.", ["hook", "result"], registry=own
        )
        self.mails = Counter("parution_mails", "Mails, by list.", ["list", "state"], registry=own)
        self.restarts = Counter(
            "parution_prefect_restarts", "Prefect's server was started again.", registry=own
        )
        self.seconds = Histogram(
            "parution_pass_seconds", "How long a pass took.", buckets=_SECONDS, registry=own
        )
        self.live = Histogram(
            "parution_live_seconds",
            "From a settled change to all channels live.",
            buckets=_SECONDS,
            registry=own,
        )
        self.queue = Gauge("parution_queue", "Wakes that no pass has taken up yet.", registry=own)
        self.waiting = Gauge(
            "parution_editions", "Editions of the last pass, by state.", ["state"], registry=own
        )
        self.success = Gauge(
            "parution_last_success_timestamp_seconds",
            "When a pass last went well.",
            registry=own,
        )

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)
