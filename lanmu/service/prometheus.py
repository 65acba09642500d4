"""Prometheus metrics of one service, in a registry of its own, and the middleware that measures its requests."""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lanmu.service.champion import Champion
from lanmu.service.inbox.watching import WatchedFolder
from lanmu.service.label_writer import LabelWriter
from lanmu.service.store import Store, change_log, waiting_labels
from lanmu.service.store.deeds import count_by_state
from lanmu.service.tagger import Tagger

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """Requests as they are answered, and the state of the parts when asked."""

    def __init__(
        self, champion: Champion, tagger: Tagger, writer: LabelWriter, store: Store, inbox: WatchedFolder | None
    ) -> None:
        self.registry = CollectorRegistry()
        self._parts = (champion, tagger, writer, store)
        self._inbox = inbox
        self.requests = Counter(
            "lanmu_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "lanmu_request_seconds", "Time to answer.", ("route",), registry=self.registry, buckets=_BUCKETS
        )
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.registry.register(self)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = (route, method, status)
        children = self._children.get(key)
        if children is None:
            if method not in _METHODS:
                key = (route, "other", status)
            children = self._children[key] = (
                self.requests.labels(route, key[1], str(status)), self.seconds.labels(route),
            )  # fmt: skip
        children[0].inc()
        children[1].observe(seconds)

    def text(self) -> bytes:
        """All metrics in Prometheus' text form."""
        return generate_latest(self.registry)

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        champion, tagger, writer, store = self._parts
        yield CounterMetricFamily("lanmu_tagged_articles", "Articles tagged.", value=tagger.tagged)
        yield CounterMetricFamily("lanmu_batches", "Batches given to the kernel.", value=tagger.batches)
        yield GaugeMetricFamily("lanmu_waiting_articles", "Articles that wait for the kernel.", value=tagger.waiting)
        yield CounterMetricFamily("lanmu_overloads", "Requests refused as too much waited.", value=tagger.refused)
        yield CounterMetricFamily("lanmu_model_takeovers", "New models taken over.", value=champion.takeovers)
        yield GaugeMetricFamily("lanmu_ready", "Whether a model is loaded.", value=int(champion.ready))
        model = GaugeMetricFamily("lanmu_model", "The current model.", labels=("name", "checksum"))
        if champion.ready:
            manifest = champion.model.manifest
            model.add_metric([manifest.name, manifest.checksum[:12]], 1)
        yield model
        with store.reading() as connection:
            states = count_by_state(connection)
            waiting = waiting_labels.count_waiting(connection)
        articles = GaugeMetricFamily("lanmu_queue_articles", "Articles in the queue by state.", labels=("state",))
        for state, count in states.items():
            articles.add_metric([state], count)
        yield articles
        yield GaugeMetricFamily("lanmu_waiting_labels", "Labels not yet in labels.csv.", value=waiting)
        problems = GaugeMetricFamily("lanmu_problem", "What does not work (1).", labels=("part",))
        problems.add_metric(["model"], int(bool(champion.problem)))
        problems.add_metric(["database"], int(store.problem is not None))
        problems.add_metric(["labels"], int(bool(writer.problem)))
        yield problems
        if self._inbox is not None:
            yield from self._collect_inbox(self._inbox)

    def _collect_inbox(self, inbox: WatchedFolder) -> Iterator[Metric]:
        """Files, results, deliveries, and what does not work."""
        state = inbox.state
        yield GaugeMetricFamily("lanmu_inbox_waiting_files", "Files in the watched folder.", value=state.waiting)
        files = CounterMetricFamily("lanmu_inbox_files", "Files taken from the watched folder.", labels=("outcome",))
        files.add_metric(["done"], state.done)
        files.add_metric(["refused"], state.refused)
        yield files
        yield CounterMetricFamily("lanmu_inbox_results", "New results of the watched folder.", value=state.new)
        with self._parts[3].reading() as connection:
            unwritten = change_log.count_unwritten(connection)
            outbox = change_log.count_deliveries(connection)
        yield GaugeMetricFamily("lanmu_inbox_unwritten_results", "Results not yet in their file.", value=unwritten)
        sent = CounterMetricFamily("lanmu_webhook_tries", "Tries of the webhook.", labels=("outcome",))
        counts = inbox.outgoing.webhook.counts if inbox.outgoing.webhook else {}
        for outcome in ("delivered", "failed"):
            sent.add_metric([outcome], counts.get(outcome, 0))
        yield sent
        waiting = GaugeMetricFamily("lanmu_webhook_deliveries", "Results on their way or given up.", labels=("state",))
        for name, count in outbox.items():
            waiting.add_metric([name], count)
        yield waiting
        yield GaugeMetricFamily("lanmu_inbox_problems", "What does not work.", value=len(state.problems))


class Measure:
    """ASGI middleware that counts and times requests by their route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self.metrics.answered(route, scope["method"], status, time.perf_counter() - start)
