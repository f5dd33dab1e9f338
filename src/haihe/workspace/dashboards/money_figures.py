"""Figures of projects, applications and the money of rounds."""

from collections import Counter
from decimal import Decimal

from django.db.models import Count, Sum

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import Text
from haihe.workspace.dashboards.counting import ITEMS, counted, quality_of, table_of
from haihe.workspace.dashboards.work_figures import COUNT
from haihe.workspace.projects.models import Project
from haihe.workspace.projects.stages import STATES as STAGES
from haihe.workspace.rounds.follow import NAMES, WAN, sums
from haihe.workspace.rounds.ledger import PAID, RELEASED
from haihe.workspace.rounds.ledger_models import Entry
from haihe.workspace.rounds.models import Application, Award
from haihe.workspace.rounds.states import APPLICATION_STATES
from haihe.workspace.units.models import Person

FEN_PER_WAN = 1_000_000
WAN_PER_YI = 10_000
YI = Text("亿元", "100 m yuan")
PARTS = {kind: NAMES[kind] for kind in (PAID, "open", RELEASED)}
"""What a commitment divides into."""
NO_DISTRICT = "-"


def projects(person: Person) -> Figure | Table:
    """Count projects by stage, with their investment."""
    seen = Project.objects.visible_to(person).order_by()
    found = {
        stage: (n, money) for stage, n, money in seen.values_list("stage").annotate(Count("pk"), Sum("investment"))
    }
    marks = list(seen.values_list("quality", flat=True).distinct())
    rows = [(stage, *found[stage]) for stage in STAGES if stage in found]
    table = table_of(
        "projects",
        Text("项目：按阶段", "Projects: by stage"),
        [
            Column("stage", Text("阶段", "Stage"), labels=STAGES),
            Column("n", Text("项目数", "Projects"), unit=ITEMS, kind="number", digits=0),
            Column("investment", Text("总投资", "Investment"), unit=YI, kind="number", digits=2),
        ],
        [(stage, float(n), float(Decimal(money) / WAN_PER_YI)) for stage, n, money in rows],
        Text("工作区·项目看板", "workspace, project boards"),
        quality_of(marks),
    )
    return bars(table, "stage", "n", horizontal=True) if rows else table


def applications(person: Person) -> Figure | Table:
    """Count applications by round and state."""
    seen = list(Application.objects.visible_to(person).select_related("round"))
    return counted(
        "applications",
        Text("申报：各批次按状态", "Applications: rounds by state"),
        Counter((each.round.code, each.state) for each in seen),
        (Text("批次", "Round"), {each.round.code: each.round.name for each in seen}),
        (Text("状态", "State"), APPLICATION_STATES),
        COUNT,
        Text("工作区·申报清单", "workspace, list of applications"),
        quality_of("illustrative" for each in seen if each.round.illustrative),
    )


def money(person: Person) -> Figure | Table:
    """Add the money of awards up by district: paid, still to be paid, withheld; together what was committed."""
    entries = Entry.objects.visible_to(person)
    found = sums(entries, "award__district")
    awards = Award.objects.visible_to(person).select_related("district", "round")
    named = {str(each.district_id or NO_DISTRICT): each.district.name for each in awards if each.district is not None}
    counts = {
        (str(district or NO_DISTRICT), kind): booked.of(kind) / FEN_PER_WAN
        for district, booked in found.items()
        for kind in PARTS
    }
    return counted(
        "money",
        Text("专项资金：各区已拨、待拨、核减", "Money of rounds: paid, open, withheld by district"),
        counts,
        (Text("区", "District"), {NO_DISTRICT: Text("未列区", "no district"), **named}),
        (Text("资金", "Money"), PARTS),
        Column("n", Text("金额", "Amount"), unit=WAN, kind="number", digits=2),
        Text("工作区·资金台账", "workspace, ledger of rounds"),
        quality_of("illustrative" for each in awards if each.round.illustrative),
        [Text("已拨、待拨、核减之和为承诺（市级与区级合计）", "paid, open and withheld add up to what was committed, city and district together")],
    )  # fmt: skip
