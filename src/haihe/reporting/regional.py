"""The report on a region: from facts to plan to what is scarce, as one page and one workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from haihe.messages import Findings, Lang, Progress, Text
from haihe.planning import CUTS, Front, Plan, band, front, plan
from haihe.region import Region
from haihe.reporting.chapters import evidence, movement, scarcity, sources, standing
from haihe.reporting.content import Chapter, KeyLine, KeyLines, Meta
from haihe.reporting.maps import Shapes
from haihe.reporting.report import Report
from haihe.reporting.telling import telling_lines

TELLING_CUT = 0.10
"""Cut that the telling lines ask about."""


@dataclass(frozen=True)
class RegionalReport:
    """A finished report and what it was made of."""

    report: Report
    plan: Plan
    front: Front | None
    lines: Sequence[KeyLine]
    html: Path | None = None
    workbook: Path | None = None


def compose(
    region: Region, findings: Findings, *, shapes: Shapes | None = None, progress: Progress | None = None
) -> RegionalReport:
    """Plan a region and gather everything worth reading about it.

    Parameters
    ----------
    region : Region
        A checked region.
    findings : Findings
        What the check found.
    shapes : Shapes, optional
        The user's own boundaries.
    progress : callable, optional
        Called with a `Text` before each step.
    """
    planned = plan(region, progress=progress)
    capped = any(cap.spec.resource == "co2" for cap in planned.model.caps.values())
    walked = front(region, cuts=CUTS, progress=progress) if capped else None
    fronts = band(region, TELLING_CUT, upgrades=False, progress=progress) if capped else None
    lines = telling_lines(region, fronts)
    title = region.meta.title
    opening = Chapter(
        "telling",
        Text("要点", "In five lines"),
        Text("只依据官方或估算数据，不含示例。", "Resting on official or estimated inputs only, none illustrative."),
        [KeyLines(lines)],
    )
    report = Report(
        Text(f"{title.zh}：资源统筹报告", f"{title.en}: coordinating what is scarce"),
        Meta(
            region=title,
            scenario=Text("默认情景", "default scenario"),
            data_version=region.hash[:12],
            made=datetime.now().astimezone(),
        ),
        [
            opening,
            standing(region, shapes),
            movement(planned),
            scarcity(planned, walked),
            evidence(region, Findings([*findings, *planned.findings])),
            sources(region),
        ],
    )
    return RegionalReport(report, planned, walked, lines)


def report(
    region: Region,
    out: str | Path,
    *,
    findings: Findings | None = None,
    lang: Lang | None = None,
    shapes: Shapes | None = None,
    progress: Progress | None = None,
) -> RegionalReport:
    """Write the report of a region: ``report.html`` and ``report.xlsx``.

    Parameters
    ----------
    region : Region
        A region without errors.
    out : path
        Folder to write to; made where it does not exist.
    findings : Findings, optional
        Findings of the check, run here where not given.
    lang : {"zh", "en"}, optional
        Language in which the page opens and the workbook is written.
    shapes : Shapes, optional
        The user's own boundaries, see `haihe.reporting.maps.read_shapes`.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    RegionalReport

    Raises
    ------
    HaiheError
        With all errors of the check, before anything is written.
    """
    findings = region.check() if findings is None else findings
    findings.raise_errors()
    made = compose(region, findings, shapes=shapes, progress=progress)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    if progress:
        progress(Text("写出网页与工作簿", "writing page and workbook"))
    html = made.report.to_html(folder / "report.html", lang)
    workbook = made.report.to_excel(folder / "report.xlsx", lang)
    return RegionalReport(made.report, made.plan, made.front, made.lines, html, workbook)
