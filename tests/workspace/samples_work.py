"""Samples of the work together: plan documents, duties, papers, problems, meetings, chains, months, projects."""

from datetime import date
from typing import Any

from sample_kinds import KEEPER, PARENTS, Sample, sample

from haihe.workspace.chains.models import Board as ChainBoard
from haihe.workspace.chains.models import Item as ChainItem
from haihe.workspace.chains.models import Proposal
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.duties.actions import ACCEPT as DUTIES_ACCEPT
from haihe.workspace.duties.actions import ASSIGN as DUTIES_ASSIGN
from haihe.workspace.duties.actions import KEEP as DUTIES_KEEP
from haihe.workspace.duties.actions import NOTE as DUTIES_NOTE
from haihe.workspace.duties.actions import REPORT as DUTIES_REPORT
from haihe.workspace.duties.models import Duty, Note, PlanDocument, Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.intake import uploads
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.months.models import Cause, Indicator, Return
from haihe.workspace.papers.actions import KEEP as PAPERS_KEEP
from haihe.workspace.papers.models import Paper
from haihe.workspace.problems.models import Problem, Register
from haihe.workspace.problems.raising import raise_problem
from haihe.workspace.problems.registers import register_of
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.units.approval import APPROVED
from workspace_cases import City


def issuer_of(unit: str) -> str:
    """Who sets targets and assigns duties to a unit in the samples: the unit above it, or itself."""
    return PARENTS[unit] or unit


@sample(PlanDocument)
def _document(city: City, unit: str) -> Sample:
    name = f"样本计划（{unit}）"
    document = PlanDocument.objects.create(code=f"plan-{unit.lower()}", unit=city.units[unit], name_zh=name)
    return Sample(document, (name,), unit)


@sample(Target)
def _target(city: City, unit: str) -> Sample:
    """A target on which the unit reports, set from above."""
    name, issuer = f"样本目标（{unit}）", issuer_of(unit)
    target = Target.objects.create(
        code=f"target-{unit.lower()}", unit=city.units[unit], issuer=city.units[issuer], name_zh=name, year=2027,
        value=25, counted_in="%",
    )  # fmt: skip
    return Sample(target, (name,), unit, parties=frozenset({unit, issuer}), deciders={DUTIES_KEEP: frozenset({issuer})})


@sample(Duty)
def _duty(city: City, unit: str) -> Sample:
    """A duty of the unit, assigned from above."""
    name, issuer = f"样本职责（{unit}）", issuer_of(unit)
    duty = Duty.objects.create(
        code=f"duty-{unit.lower()}",
        unit=city.units[unit],
        issuer=city.units[issuer],
        name_zh=name,
        due=date(2027, 1, 1),
    )
    both = frozenset({unit, issuer})
    deciders = {DUTIES_ASSIGN: frozenset({issuer}), DUTIES_NOTE: both}
    return Sample(duty, (name,), unit, parties=both, deciders=deciders)


def duty_of(city: City, unit: str) -> Duty:
    """The sample duty of a unit, made where it is not there yet."""
    found: Duty | None = Duty.objects.filter(code=f"duty-{unit.lower()}").first()
    return found or _duty(city, unit).thing


@sample(Note)
def _duty_note(city: City, unit: str) -> Sample:
    words = f"样本留言（{unit}）"
    note = Note.objects.create(
        code=f"note-{unit.lower()}", unit=city.units[unit], duty=duty_of(city, unit), words=words
    )
    return Sample(note, (words,), unit, parties=frozenset({unit, issuer_of(unit)}))


@sample(Report)
def _duty_report(city: City, unit: str) -> Sample:
    """A report of a unit, still a draft."""
    words, issuer = f"样本报告（{unit}）", issuer_of(unit)
    report = Report.objects.create(
        code=f"report-{unit.lower()}", unit=city.units[unit], duty=duty_of(city, unit), period="2026-10", share=40,
        words=words, created_by=KEEPER[unit],
    )  # fmt: skip
    return Sample(
        report,
        (words,),
        unit,
        parties=frozenset({unit, issuer}),
        deciders={DUTIES_ACCEPT: frozenset({issuer})},
        narrowed=lambda viewer: viewer.works_in(unit),
    )


@sample(Paper)
def _paper(city: City, unit: str) -> Sample:
    """A paper of a duty: seen by whoever sees the duty, removed by whoever reports on it."""
    title, data = f"样本材料（{unit}）", b"%PDF-1.4 sample"
    paper = Paper.objects.create(
        code=f"paper-{unit.lower()}", unit=city.units[unit], about_kind=Duty.kind(), about=duty_of(city, unit).code,
        title=title, file_name="sample.pdf", sha256=uploads.keep_file(data, ".pdf"), size=len(data),
    )  # fmt: skip
    both = frozenset({unit, issuer_of(unit)})
    return Sample(paper, (title,), unit, parties=both, acts={PAPERS_KEEP: DUTIES_REPORT})


@sample(Register)
def _register(city: City, unit: str) -> Sample:
    return Sample(register_of(city.people[KEEPER[unit]], city.units[unit]), (), unit)  # its name is the unit's


@sample(Problem)
def _problem(city: City, unit: str) -> Sample:
    name = f"样本问题（{unit}）"
    problem = raise_problem(city.people[KEEPER[unit]], city.units[unit], {"name_zh": name, "evidence": "样本依据"})
    return Sample(problem, (name,), unit)


@sample(Meeting)
def _meeting(city: City, unit: str) -> Sample:
    """A meeting whose agenda was not sent yet, with an item; the people who prepare one are planners."""
    title = f"样本会议（{unit}）"
    meeting = Meeting.objects.create(
        code=f"meet-{unit.lower()}", unit=city.units[unit], title=title, day=date(2027, 1, 5), created_by=KEEPER[unit]
    )
    return Sample(meeting, (title,), unit)


@sample(Item)
def _item(city: City, unit: str) -> Sample:
    title = f"样本议题（{unit}）"
    meeting: Any = Meeting.objects.filter(code=f"meet-{unit.lower()}").first() or _meeting(city, unit).thing
    item = Item.objects.create(
        code=f"item-{unit.lower()}", unit=city.units[unit], meeting=meeting, place=1, title_zh=title
    )
    return Sample(item, (title,), unit)


def chain_of(city: City, unit: str) -> ChainBoard:
    """The sample board of a unit, made where it is not there yet."""
    found: ChainBoard | None = ChainBoard.objects.filter(code=f"chain-{unit.lower()}").first()
    return found or ChainBoard.objects.create(
        code=f"chain-{unit.lower()}", unit=city.units[unit], chain=f"C-{unit}", name_zh=f"样本产业链（{unit}）"
    )


@sample(ChainBoard)
def _chain(city: City, unit: str) -> Sample:
    board = chain_of(city, unit)
    return Sample(board, (board.name_zh,), unit)


@sample(ChainItem)
def _chain_item(city: City, unit: str) -> Sample:
    name = f"样本卡点（{unit}）"
    item = ChainItem.objects.create(
        code=f"item-{unit.lower()}", board=chain_of(city, unit), unit=city.units[unit], number="R-1", name_zh=name,
        kind_of="research",
    )  # fmt: skip
    return Sample(item, (name,), unit)


@sample(Proposal)
def _chain_proposal(city: City, unit: str) -> Sample:
    reason = f"样本依据说明（{unit}）"
    dataset = Dataset.objects.create(code=f"chain-data-{unit.lower()}", unit=city.units[unit], name_zh="诊断所用数据")
    version = Version.objects.create(
        code=f"{dataset.code}-1", number=1, unit=city.units[unit], dataset=dataset, sha256="0" * 64, state=APPROVED
    )
    proposal = Proposal.objects.create(
        code=f"proposal-{unit.lower()}", unit=city.units[unit], board=chain_of(city, unit), version=version,
        kind_of="research", stage="S1", name_zh="环节", name_en="stage", reason_zh=reason, reason_en=reason, rank=1,
        score="0.50", year=2023, quality="illustrative",
    )  # fmt: skip
    return Sample(proposal, (reason,), unit)


@sample(Indicator)
def _indicator(city: City, unit: str) -> Sample:
    name = f"样本月度指标（{unit}）"
    indicator = Indicator.objects.create(
        code=f"monthly-{unit.lower()}", unit=city.units[unit], name_zh=name, counted_in="亿元"
    )
    return Sample(indicator, (name,), unit)


def month_of(city: City, unit: str) -> Return:
    """The sample return of a unit, a draft, made where it is not there yet."""
    found: Return | None = Return.objects.filter(unit__code=unit, month="2026-10").first()
    row = {"indicator": "x", "place": "p", "value": "1", "growth": None, "source": None, "quality": "illustrative"}
    return found or Return.objects.create(
        code=f"{unit}-2026-10", unit=city.units[unit], month="2026-10", rows=[row | {"note": f"样本月报说明（{unit}）"}],
        created_by=KEEPER[unit],
    )  # fmt: skip


@sample(Return)
def _month(city: City, unit: str) -> Sample:
    month = month_of(city, unit)
    return Sample(month, (month.rows[0]["note"],), unit, narrowed=lambda viewer: viewer.works_in(unit))


@sample(Cause)
def _cause(city: City, unit: str) -> Sample:
    words = f"样本原因（{unit}）"
    cause = Cause.objects.create(
        code=f"cause-{unit.lower()}",
        unit=city.units[unit],
        of=month_of(city, unit),
        indicator="x",
        place="p",
        words=words,
    )
    return Sample(cause, (words,), unit, narrowed=lambda viewer: viewer.works_in(unit))


def board_of(city: City, unit: str) -> Board:
    """The sample board of a unit, made where it is not there yet."""
    name = f"样本看板（{unit}）"
    made: Board = Board.objects.get_or_create(
        code=f"board-{unit.lower()}",
        defaults={"unit": city.units[unit], "name_zh": name, "created_by": KEEPER[unit]},
    )[0]
    return made


@sample(Board)
def _board(city: City, unit: str) -> Sample:
    board = board_of(city, unit)
    return Sample(board, (board.name_zh,), unit)


def project_of(city: City, unit: str, code: str, name: str) -> Project:
    """A project of a unit on its own board."""
    made: Project = Project.objects.create(
        code=f"{code}-{unit.lower()}", unit=city.units[unit], board=board_of(city, unit), name_zh=name,
        since=date(2026, 1, 1), investment=1, output=1, created_by=KEEPER[unit],
    )  # fmt: skip
    return made


@sample(Project)
def _project(city: City, unit: str) -> Sample:
    project = project_of(city, unit, "project", f"样本项目（{unit}）")
    return Sample(project, (project.name_zh,), unit)


@sample(Move)
def _move(city: City, unit: str) -> Sample:
    """A proposal that was sent back: seen where it is made."""
    project = project_of(city, unit, "moving", "被移项目")
    move = Move.objects.create(
        code=f"move-{unit.lower()}", unit=city.units[unit], project=project, from_stage="contact",
        to_stage="signed", day=date(2026, 2, 1), why=f"样本理由（{unit}）", created_by=KEEPER[unit],
    )  # fmt: skip
    return Sample(move, (move.why,), unit, narrowed=lambda viewer: viewer.works_in(unit))
