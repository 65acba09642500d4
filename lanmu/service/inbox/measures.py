"""The watched folder's part of the Prometheus metrics."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lanmu.service.inbox.watching import WatchedFolder
from lanmu.service.store import Store, change_log, deliveries


class InboxMeasures(Collector):
    """Files, results, deliveries, and what does not work, when asked."""

    def __init__(self, inbox: WatchedFolder, store: Store) -> None:
        self.inbox = inbox
        self.store = store

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        state = self.inbox.state
        yield GaugeMetricFamily("lanmu_inbox_waiting_files", "Files in the watched folder.", value=state.waiting)
        files = CounterMetricFamily("lanmu_inbox_files", "Files taken from the watched folder.", labels=("outcome",))
        files.add_metric(["done"], state.done)
        files.add_metric(["refused"], state.refused)
        yield files
        yield CounterMetricFamily("lanmu_inbox_results", "New results of the watched folder.", value=state.new)
        with self.store.reading() as connection:
            unwritten = change_log.count_unwritten(connection)
            outbox = deliveries.count_by_state(connection)
        yield GaugeMetricFamily("lanmu_inbox_unwritten_results", "Results not yet in their file.", value=unwritten)
        sent = CounterMetricFamily("lanmu_webhook_tries", "Tries of the webhook.", labels=("outcome",))
        counts = self.inbox.outgoing.webhook.counts if self.inbox.outgoing.webhook else {}
        for outcome in ("delivered", "failed"):
            sent.add_metric([outcome], counts.get(outcome, 0))
        yield sent
        waiting = GaugeMetricFamily("lanmu_webhook_deliveries", "Results on their way or given up.", labels=("state",))
        for name, count in outbox.items():
            waiting.add_metric([name], count)
        yield waiting
        yield GaugeMetricFamily("lanmu_inbox_problems", "What does not work.", value=len(state.problems))
