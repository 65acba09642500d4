"""The reports and refusals of all shards → one list, one summary, and one file where that is wished."""

from __future__ import annotations

import datetime
import json
import shutil
from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.errors import LanmuError
from classifier.messages import say
from classifier.model.model_files import Manifest
from classifier.reading.file_names import show_name
from classifier.taxonomy import Taxonomy
from lanmu.archive.assembly import assemble
from lanmu.archive.folder import RunFolder, Target
from lanmu.archive.locations import size_of
from lanmu.archive.plan import Plan, refusals_name, report_name
from lanmu.archive.reports import BINS, SLOWEST, Report
from lanmu.archive.scoring import refusal_line
from lanmu.archive.summary_page import summary_html

REFUSED = "refused.jsonl"
SUMMARY = "summary.json"
SHOWN_REFUSALS = 20


def finish(target: Target, plan: Plan, manifest: Manifest) -> dict[str, Any]:
    """Write ``refused.jsonl`` and the summary, and put the parts together where one file is wished.

    Doing it again gives the same.  Returns the summary.
    """
    folder = target.folder
    total = Report(refused=len(plan.refused), passed_over=Counter(dict(plan.passed_over)))
    with folder.writing(REFUSED) as file:
        for name, said in plan.refused:
            file.write(refusal_line(name, said))
        for index in range(plan.shards):
            report = read_report(folder, index)
            if report is None:
                raise LanmuError(say("score.report_missing", report=folder.name_of(report_name(index))))
            total.add(report)
            if report.refused:
                with folder.opened(refusals_name(index)) as refusals:
                    shutil.copyfileobj(refusals, file)
    summary = _summary_record(plan, total, manifest)
    if target.file:
        assemble(target, plan, summary)
        summary["file"] = {"name": target.file, "bytes": size_of(target.file)}
    with folder.opened(REFUSED) as lines:
        first = [json.loads(line) for line in islice(lines, SHOWN_REFUSALS)]
    folder.write("summary.html", summary_html(summary, manifest.taxonomy, first).encode("utf-8", "replace"))
    folder.write(SUMMARY, (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))
    if target.file:
        folder.remove("parts")
        folder.remove("reports")
    return summary


def _summary_record(plan: Plan, report: Report, manifest: Manifest) -> dict[str, Any]:
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


def find_finished_file(target: Target, plan: Plan) -> dict[str, Any] | None:
    """The summary of a run whose single file is there as it was made, or None."""
    content = target.folder.read(SUMMARY) if target.file else None
    if content is None:
        return None
    try:
        summary: dict[str, Any] = json.loads(content)
        same = summary["plan"] == plan.identity and summary["file"]["bytes"] == size_of(target.file)
    except (ValueError, TypeError, KeyError):
        return None
    return summary if same else None


def read_report(folder: RunFolder, index: int) -> Report | None:
    """The report of a shard, or None where it has none; LanmuError where it is damaged."""
    content = folder.read(report_name(index))
    if content is None:
        return None
    try:
        return Report.from_content(content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LanmuError(
            say("score.report_damaged", report=folder.name_of(report_name(index)), error=str(error))
        ) from error
