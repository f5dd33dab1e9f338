"""The report on a region: from facts to plan to what is scarce, as one page and one workbook."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from haihe.coalition.share import Shares
from haihe.diagnosis.diagnosis import diagnose
from haihe.figures.word import PACKAGE
from haihe.files import folder_for
from haihe.messages import Findings, HaiheError, Lang, Progress, Text
from haihe.messages.extras import needed
from haihe.planning import CUTS, Front, Plan, band, front, plan
from haihe.planning.bottlenecks import Bottlenecks, bottlenecks
from haihe.planning.control import Control
from haihe.planning.fates import Fates, must_be_planned
from haihe.planning.fates import fates as compare_fates
from haihe.planning.ladder import Ladder, ladder
from haihe.planning.pipeline import Pipeline, pipeline
from haihe.planning.scenarios import scenarios_of
from haihe.planning.selection import Selection, select
from haihe.planning.telling import Line, told_fates
from haihe.planning.what_ifs import WhatIfs, what_ifs
from haihe.region import Region
from haihe.reporting.accounts_chapter import accounts_chapter
from haihe.reporting.chapters import evidence, sources, standing
from haihe.reporting.content import Chapter, KeyLine, KeyLines, Meta
from haihe.reporting.diagnosis_chapter import diagnosis_chapter
from haihe.reporting.maps import Shapes
from haihe.reporting.plan_chapters import (
    futures_chapter,
    goals_chapter,
    key_lines,
    movement,
    projects_chapter,
    resources_chapter,
    scarcity,
)
from haihe.reporting.projects_chapter import single_projects_chapter
from haihe.reporting.report import Report
from haihe.reporting.share_chapter import share_chapter, shared
from haihe.reporting.stress_chapter import finance_in, firms_in, shocks_in, stress_chapter
from haihe.reporting.telling import telling_lines, what_if_lines
from haihe.shocks.stress import Stress
from haihe.shocks.which_firms import FirmRisk

FACTS = Text("现状：", "Where the region stands:")
SAID = Text(
    "方案说什么（增长、弹性、护栏均为假设，可在参数表修改；括号内为弹性减半与加倍）：",
    "What the plan says (growth, elasticities and guards are assumed, see the table parameters; in brackets: elasticities "
    "halved and doubled):",
)
ASSUMED = Text(
    "如果换一种做法（与方案或基准路径相比）：",
    "If things were done otherwise (against the plan or the reference path):",
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
BOTTLENECKS = 3
"""Limits that are followed until the next one binds."""
FINER = 1
"""Halvings of the step in which a price gives way."""


Tell = Callable[[Literal["lines", "told", "what_if"], Sequence[KeyLine]], None]
"""Is given the lines of a part of `RegionalReport` as soon as they are known, long before the report is."""


@dataclass(frozen=True)
class RegionalReport:
    """A finished report and what it was made of.

    ``lines`` are facts, ``told`` is what the plan says, ``what_if`` what other ways of doing things would change.
    """

    report: Report
    plan: Plan
    front: Front | None
    lines: Sequence[KeyLine]
    told: Sequence[KeyLine]
    what_if: Sequence[KeyLine]
    html: Path | None = None
    workbook: Path | None = None
    document: Path | None = None


@dataclass(frozen=True)
class Work:
    """Everything that a report needs solved: the plan, and what is put beside it."""

    plan: Plan
    front: Front | None
    fronts: dict[float, Front]
    steps: Ladder
    what_ifs: WhatIfs | None
    fates: Sequence[Fates]
    selection: Selection | None
    pipeline: Pipeline | None
    bottlenecks: Bottlenecks
    shares: Shares | None
    shocks: Sequence[Stress]
    firms: FirmRisk | None

    @property
    def futures(self) -> list[Line]:
        """What scenarios and fates say."""
        return [*(self.what_ifs.lines if self.what_ifs is not None else []), *map(told_fates, self.fates)]


def solve_all(
    region: Region,
    *,
    of: Sequence[tuple[str, str]] = (),
    control: Control | None = None,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> Work:
    """Solve everything that a report shows.

    Parameters
    ----------
    region : Region
        A checked region.
    of : sequence of (str, str)
        Members and sectors of which upgrading, keeping and closing are compared.
    control : Control, optional
        Time limit and cancel of the solves of the plan and what is put beside it.
    progress : callable, optional
        Called with a `Text` before each step.
    tell : callable, optional
        Given what the plan says as soon as it is solved, see `Tell`.
    """
    planned = plan(region, control=control, progress=progress)
    if tell:
        tell("told", key_lines(planned.lines).lines)
    capped = any(cap.spec.resource == "co2" for cap in planned.model.caps.values())
    chosen = None if planned.model.projects is None else _selected(region, control, progress)
    return Work(
        planned,
        front(region, cuts=CUTS, progress=progress) if capped else None,
        band(region, TELLING_CUT, upgrades=False, progress=progress) if capped else {},
        ladder(planned, control=control, progress=progress),
        what_ifs(planned, control=control, progress=progress) if scenarios_of(region) else None,
        [compare_fates(region, sector, member=member, progress=progress) for member, sector in of],
        chosen,
        pipeline(region, selection=chosen) if chosen is not None else None,
        bottlenecks(planned, top=BOTTLENECKS, finer=FINER, control=control, progress=progress),
        shared(region, control=control, progress=progress),
        shocks_in(region, control=control, progress=progress),
        firms_in(region, control=control, progress=progress),
    )


def _selected(region: Region, control: Control | None, progress: Progress | None) -> Selection | None:
    """Choose whole projects; None where the limits can only be met with projects in parts."""
    try:
        return select(region, control=control, progress=progress)
    except HaiheError as error:
        if error.code != "E-PLN-02":
            raise
        return None


def compose(
    region: Region,
    findings: Findings,
    *,
    of: Sequence[tuple[str, str]] = (),
    shapes: Shapes | None = None,
    control: Control | None = None,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> RegionalReport:
    """Plan a region and gather everything worth reading about it.

    Parameters
    ----------
    region : Region
        A checked region.
    findings : Findings
        What the check found.
    of, control, progress
        As of `solve_all`.
    shapes : Shapes, optional
        The user's own boundaries.
    tell : callable, optional
        Given the lines of each part as soon as they are known, see `Tell`.
    """
    lines = telling_lines(region)
    if tell:
        tell("lines", lines)
    work = solve_all(region, of=of, control=control, progress=progress, tell=tell)
    planned = work.plan
    if progress:
        progress(Text("诊断", "diagnosing"))
    diagnosis = diagnose(region)
    told = key_lines(planned.lines)
    what_if = [*(what_if_lines(region, work.fronts) if work.fronts else []), *key_lines(work.futures).lines]
    if tell:
        tell("what_if", what_if)
    title = region.meta.title
    opening = Chapter(
        "telling",
        Text("要点", "In a few lines"),
        Text(
            "现状只依据官方或估算数据，不含示例；方案各句的标记取其所有输入中最差的一个。",
            "Where the region stands rests on official or estimated inputs only, none illustrative; each line on the plan "
            "carries the worst mark of all its inputs.",
        ),
        [
            *_headed(SAID, told),
            *_headed(ASSUMED, KeyLines(what_if)),
            *_headed(FACTS, KeyLines(lines)),
            *READING,
        ],
    )
    chapters = [
        opening,
        standing(region, shapes),
        diagnosis_chapter(diagnosis),
        movement(planned),
        scarcity(planned, work.front, work.fronts, work.steps),
        resources_chapter(planned),
        projects_chapter(planned),
        single_projects_chapter(work.selection, work.pipeline, work.bottlenecks),
        share_chapter(work.shares),
        goals_chapter(planned),
        futures_chapter(work.what_ifs, work.fates),
        stress_chapter(work.shocks, finance_in(region), work.firms),
        evidence(region, Findings([*findings, *planned.findings])),
        accounts_chapter(region),
        sources(region),
    ]
    report = Report(
        Text(f"{title.zh}：资源统筹报告", f"{title.en}: coordinating what is scarce"),
        Meta(
            region=title,
            scenario=Text("默认情景", "default scenario"),
            data_version=region.hash[:12],
            made=datetime.now().astimezone(),
        ),
        [chapter for chapter in chapters if chapter is not None],
    )
    return RegionalReport(report, planned, work.front, lines, told.lines, what_if)


def _headed(head: Text, lines: KeyLines) -> list[Text | KeyLines]:
    """Lines under their heading; nothing where there are none."""
    return [head, lines] if lines.lines else []


def report(
    region: Region,
    out: str | Path,
    *,
    findings: Findings | None = None,
    lang: Lang | None = None,
    fates: Sequence[tuple[str, str]] = (),
    shapes: Shapes | None = None,
    word: bool = False,
    control: Control | None = None,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> RegionalReport:
    """Write the report of a region: ``report.html`` and ``report.xlsx``, and ``report.docx`` where asked for.

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
    fates : sequence of (str, str)
        Members and sectors of which upgrading, keeping and closing are compared, see `haihe.planning.fates.fates`.
    shapes : Shapes, optional
        The user's own boundaries, see `haihe.reporting.maps.read_shapes`.
    word : bool
        Write a Word document, too; needs the package python-docx.
    control : Control, optional
        Time limit and cancel of the solves.
    progress : callable, optional
        Called with a `Text` before each step.
    tell : callable, optional
        Given the lines of each part as soon as they are known, see `Tell`.

    Returns
    -------
    RegionalReport
        Where the files are, and their lines.

    Raises
    ------
    HaiheError
        With all errors of the check, and ``E-PLN-80`` for a sector or member of ``fates`` that is not in the plan, before
        anything is solved or written.
    OSError
        Where the folder cannot be made, before the long work.
    """
    findings = region.check() if findings is None else findings
    findings.raise_errors()
    for member, sector in fates:
        must_be_planned(region, sector, member)
    if word:
        needed("docx", PACKAGE)
    with folder_for(out) as folder:
        made = compose(region, findings, of=fates, shapes=shapes, control=control, progress=progress, tell=tell)
        if progress:
            progress(Text("写出网页与工作簿", "writing page and workbook"))
        html = made.report.to_html(folder / "report.html", lang)
        workbook = made.report.to_excel(folder / "report.xlsx", lang)
        document = made.report.to_word(folder / "report.docx", lang) if word else None
    return replace(made, html=html, workbook=workbook, document=document)
