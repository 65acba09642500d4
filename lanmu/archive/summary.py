"""What a finished run came to, as JSON and as a page with charts."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.model.model_files import Manifest
from classifier.reading.file_names import show_name
from classifier.taxonomy import Taxonomy
from lanmu.archive.folder import RunFolder
from lanmu.archive.plan import Plan
from lanmu.archive.reports import BINS, SLOWEST, Report

REFUSED = "refused.jsonl"
SUMMARY = "summary.json"
SUMMARY_PAGE = "summary.html"
SHOWN_REFUSALS = 20


def summary_record(plan: Plan, report: Report, manifest: Manifest) -> dict[str, Any]:
    """The content of ``summary.json``; ``manifest`` is that of the model that scored."""
    rule = manifest.review if plan.task.accept_accuracy is None else manifest.review.at(plan.task.accept_accuracy)
    slowest = sorted(report.sources.items(), key=lambda item: -item[1][0])[:SLOWEST]
    refused = sorted((i for i in report.sources.items() if i[1][2]), key=lambda item: (-item[1][2], item[0]))
    return {
        "plan": plan.identity,
        "model": plan.task.model_name,
        "model_checksum": plan.task.model,
        "sources": [show_name(source) for source in plan.sources],
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "accept_accuracy": rule.accept_accuracy,
        "threshold": rule.threshold,
        "files": plan.files,
        "bytes": plan.bytes,
        "shards": plan.shards,
        "articles": report.articles,
        "accepted": report.articles - report.in_review,
        "review": report.in_review,
        "refused": report.refused,
        "passed_over": dict(report.passed_over.most_common()),
        "categories": {
            category: {"name": manifest.taxonomy[category].name, "articles": n, "review": report.review[category]}
            for category, n in report.categories.most_common()
        },
        "reasons": dict(report.reasons.most_common()),
        "months": {month: _by_category(report.months[month], manifest.taxonomy) for month in sorted(report.months)},
        "probability": {
            "bins": BINS,
            "accepted": report.accepted_bins,
            "review": report.review_bins,
        },
        "work_seconds": round(report.seconds, 3),
        "slowest": [
            {"source": path, "seconds": round(seconds, 3), "articles": int(articles)}
            for path, (seconds, articles, _) in slowest
        ],
        "most_refused": [
            {"source": path, "refused": int(n), "articles": int(articles)}
            for path, (_, articles, n) in refused[:SLOWEST]
        ],
    }


def _by_category(counts: NDArray[np.int64], taxonomy: Taxonomy) -> dict[str, int]:
    """Counts in the taxonomy's order → by category id, the largest first, without those that are 0."""
    return dict(Counter({c: n for c, n in zip(taxonomy.ids, counts.tolist(), strict=True) if n}).most_common())


def write_summary(folder: RunFolder, summary: dict[str, Any], taxonomy: Taxonomy) -> None:
    """Write ``summary.html``, then ``summary.json``."""
    from lanmu.archive.summary_page import summary_html

    with folder.opened(REFUSED) as file:
        refusals = [json.loads(line) for line in islice(file, SHOWN_REFUSALS)]
    folder.write(SUMMARY_PAGE, summary_html(summary, taxonomy, refusals).encode("utf-8", "replace"))
    folder.write(SUMMARY, (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))
