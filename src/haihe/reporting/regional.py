"""The report on a region: from facts to plan to what is scarce, as one page and one workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from haihe.diagnosis.diagnosis import diagnose
from haihe.files import folder_for
from haihe.messages import Findings, Lang, Progress, Text
from haihe.planning import CUTS, Front, Plan, band, front, plan
from haihe.region import Region
from haihe.reporting.accounts_chapter import accounts_chapter
from haihe.reporting.chapters import evidence, movement, scarcity, sources, standing
from haihe.reporting.content import Chapter, KeyLine, KeyLines, Meta
from haihe.reporting.diagnosis_chapter import diagnosis_chapter
from haihe.reporting.maps import Shapes
from haihe.reporting.report import Report
from haihe.reporting.telling import telling_lines, what_if_lines

ASSUMED = Text(
    "在本方案的假设之下（增长、弹性、护栏均为假设，可在参数表修改；技术细节见“什么稀缺、值多少”一章）：",
    "Under the plan's assumptions (growth, elasticities and guards are assumed, see the table parameters; details in the "
    "chapter on what is scarce):",
)
READING = (
    Text(
        "读法。基准路径：各行业按同一速度增长的参照，不是预测。弹性：价格变动 1% 引起数量变动百分之几。福利：消费减去劳动等代价"
        "后的贴现累计值。影子价格：某种稀缺之物每放宽一单位可增加的福利。统筹：成员之间可以调剂配额；各自：不可以。"
        "泄漏：成员少排、区外多排的部分。区位商：行业在本地的占比与全国占比之比。",
        "How to read. Reference path: every sector grows at one rate; it is for comparison, not a forecast. Elasticity: "
        "the change of a quantity, in per cent, when its price changes by one per cent. Welfare: consumption less labour "
        "and other costs, a discounted total. Price: what one more unit of a scarce thing adds to welfare. Pooled: "
        "members may exchange permits; separate: they may not. Leakage: what is emitted outside because the members emit "
        "less. Location quotient: a sector's share here over its share in the nation.",
    ),
)
TELLING_CUT = 0.10
"""Cut that the telling lines ask about."""


@dataclass(frozen=True)
class RegionalReport:
    """A finished report and what it was made of."""

    report: Report
    plan: Plan
    front: Front | None
    lines: Sequence[KeyLine]
    what_if: Sequence[KeyLine]
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
    if progress:
        progress(Text("诊断", "diagnosing"))
    diagnosis = diagnose(region)
    lines = telling_lines(region)
    what_if = what_if_lines(region, fronts) if fronts else []
    title = region.meta.title
    opening = Chapter(
        "telling",
        Text("要点", "In a few lines"),
        Text(
            "事实只依据官方或估算数据，不含示例。",
            "The facts rest on official or estimated inputs only, none illustrative.",
        ),
        [
            KeyLines(lines),
            *([ASSUMED, KeyLines(what_if), *READING] if what_if else READING),
        ],
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
            diagnosis_chapter(diagnosis),
            movement(planned),
            scarcity(planned, walked, fronts),
            evidence(region, Findings([*findings, *planned.findings])),
            accounts_chapter(region),
            sources(region),
        ],
    )
    return RegionalReport(report, planned, walked, lines, what_if)


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
    OSError
        Where the folder cannot be made, before the long work.
    """
    findings = region.check() if findings is None else findings
    findings.raise_errors()
    with folder_for(out) as folder:
        made = compose(region, findings, shapes=shapes, progress=progress)
        if progress:
            progress(Text("写出网页与工作簿", "writing page and workbook"))
        html = made.report.to_html(folder / "report.html", lang)
        workbook = made.report.to_excel(folder / "report.xlsx", lang)
    return RegionalReport(made.report, made.plan, made.front, made.lines, made.what_if, html, workbook)
