"""The reports and refusals of all shards → one list, one summary, and one file where that is wished."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from typing import Any

from classifier.errors import LanmuError
from classifier.messages import say
from classifier.model.model_files import Manifest
from lanmu.archive.assembly import assemble
from lanmu.archive.folder import RunFolder
from lanmu.archive.locations import size_of
from lanmu.archive.plan import Plan, refusals_name, report_name
from lanmu.archive.reports import Report
from lanmu.archive.scoring import refusal_line
from lanmu.archive.summary import REFUSED, SUMMARY, summary_record, write_summary
from lanmu.archive.target import Target


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
    summary = summary_record(plan, total, manifest)
    if target.file:
        assemble(target, plan, summary)
        summary["file"] = {"name": target.file, "bytes": size_of(target.file)}
    write_summary(folder, summary, manifest.taxonomy)
    if target.file:
        folder.remove("parts")
        folder.remove("reports")
    return summary


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
