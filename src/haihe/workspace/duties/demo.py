"""Targets and duties of the demonstration: the example's, the ten actions and the four city roles, some reports.

What is only reported, or made up, says so: names that nobody confirmed are marked, figures that are made up are marked
illustrative.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from haihe.region import Region
from haihe.workspace.duties import assigning, documents, periods, reporting, rows
from haihe.workspace.duties.models import Duty, PlanDocument
from haihe.workspace.duties.reports import Report
from haihe.workspace.units.models import Person, Unit

CITY = "TJ"
DUTY_HOLDERS = ("IIB", "DRC", "EDU", "STB", "FIN", "HRSS", "PNR", "FRB")
"""The eight departments that the decision of 2022 names."""
ACTIONS = (
    ("JJJ", "京津冀协同发展走深走实行动", "Beijing-Tianjin-Hebei coordination"),
    ("QUALITY", "制造业高质量发展行动", "Manufacturing of high quality"),
    ("TALENT", "科教兴市人才强市行动", "Science, education and talent"),
    ("PORT", "港产城融合发展行动", "Integration of port, industry and city"),
    ("BINHAI", "滨海新区高质量发展支撑引领行动", "Binhai New Area"),
    ("CENTRE", "中心城区更新提升行动", "Renewal of the central districts"),
    ("RURAL", "乡村振兴全面推进行动", "Rural revitalisation"),
    ("GREEN", "绿色低碳发展行动", "Green and low carbon"),
    ("LIFE", "高品质生活创造行动", "Quality of life"),
    ("GRASSROOTS", "党建引领基层治理行动", "Grass-roots governance"),
)
"""The ten actions: names from general knowledge, to be confirmed by the user."""
TO_CONFIRM = (
    "名称据一般了解，未见原文，请用户核对 / the name from general knowledge; the document was not seen; to be confirmed"
)
MADE_UP = "虚构示例 / made up"
DEMO: dict[str, Any] = {"source": "DEMO", "quality": "illustrative", "note": MADE_UP}


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> None:
    """Put in the example's documents, targets, duties and reports.

    Parameters
    ----------
    units, people : mapping
        Of the demonstration, by code and user name.
    region : Region
        The example.
    """
    planner = people["wang"]
    seed_targets(planner, units, region)
    seed_decision(planner, units, region)
    seed_actions(planner, units[CITY])
    seed_roles(planner, units[CITY], region)
    seed_work(planner, units, people)


def _document(person: Person, unit: Unit, code: str, names: tuple[str, str], **fields: Any) -> PlanDocument:
    said = {"name_zh": names[0], "name_en": names[1], "quality": "estimated", "confirmed": False} | fields
    return documents.new_document(person, unit, code, said, "cli")


def seed_targets(person: Person, units: Mapping[str, Unit], region: Region) -> None:
    """Put the example's targets in, those of neighbouring regions left out, as one document."""
    note = "示例地区数据集中的目标，来源见各条 / targets of the example's tables; each names its source"
    names = "制造业目标汇编（示例数据集）", "Targets of manufacturing, from the example"
    document = _document(person, units[CITY], "TARGETS", names, note=note)
    for row in rows.plain_rows(region.tables["targets"]):
        if row["region"].split("-")[0] == CITY:
            rows.put(person, document, "targets", row)


def seed_decision(person: Person, units: Mapping[str, Unit], region: Region) -> None:
    """Put the decision of 2022 in, with the duties of the example's tables."""
    names = "关于制造业立市的决定（2022）", "Decision on manufacturing (2022)"
    note = "仅见报道与开头部分，条目多为推定 / only the opening was seen; most items are inferred"
    document = _document(person, units[CITY], "DECISION-2022", names, source="TJ-NPC-2022", note=note)
    targets = {target.code: target for target in PlanDocument.objects.get(code="TARGETS").targets.all()}
    for row in rows.plain_rows(region.tables["duties"]):
        helpers = [units[code] for code in (row["helpers"] or "").split(";") if code in units]
        assigning.assign(
            person,
            units[CITY],
            units[row["owner"]],
            code=row["duty"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            helpers=helpers,
            due=date.fromisoformat(row["due"]) if row["due"] else None,
            target=targets.get(row["target"]),
            document=document,
            channel="cli",
            source=row["source"],
            quality=row["quality"],
            confirmed=False,
            note=row["note"] or "",
        )
    held = Duty.objects.filter(document=document)
    for code in DUTY_HOLDERS:
        if not held.filter(unit=units[code]).exists():
            assigning.assign(
                person,
                units[CITY],
                units[code],
                code=f"ARTICLE-2-{code}",
                name_zh="按职责做好制造业发展相关工作",
                name_en="Do its part in the development of manufacturing",
                parent=held.get(code="COORDINATION"),
                document=document,
                channel="cli",
                source="TJ-NPC-2022",
                quality="estimated",
                confirmed=False,
                note="决定列明为责任部门，具体事项待用户录入 / named as a duty holder; what exactly is for the user to enter",
            )


def seed_actions(person: Person, city: Unit) -> None:
    """Put the ten actions in, each to be confirmed."""
    names = "“十项行动”（2023）", "The ten actions (2023)"
    document = _document(person, city, "TEN-ACTIONS", names, note=TO_CONFIRM)
    for code, zh, en in ACTIONS:
        _unconfirmed(person, city, document, f"ACTION-{code}", (zh, en))


def seed_roles(person: Person, city: Unit, region: Region) -> None:
    """Put the city's roles in, one base and three zones, each to be confirmed."""
    names = "城市功能定位“一基地三区”", "One base and three zones"
    document = _document(person, city, "CITY-ROLES", names, note=TO_CONFIRM)
    for row in rows.plain_rows(region.tables["roles"]):
        if row["region"] == CITY:
            _unconfirmed(person, city, document, f"ROLE-{row['role']}", (row["name_zh"], row["name_en"]))


def _unconfirmed(person: Person, city: Unit, document: PlanDocument, code: str, names: tuple[str, str]) -> None:
    assigning.assign(
        person,
        city,
        city,
        code=code,
        name_zh=names[0],
        name_en=names[1],
        document=document,
        channel="cli",
        quality="estimated",
        confirmed=False,
        note=TO_CONFIRM,
    )


def seed_work(person: Person, units: Mapping[str, Unit], people: Mapping[str, Person]) -> None:
    """Make made-up duties of two districts with reports in every state, and a target that a district reports on."""
    city, today = units[CITY], timezone.localdate()
    document = _document(person, city, "DEMO-WORK", ("重点工作交办单（示例）", "Work assigned (made up)"), **DEMO)
    months = periods.recent(periods.MONTH, today, 4)[1:]
    fields = {
        "name_zh": "腾退低效工业用地（示例）",
        "name_en": "Idle industrial land cleared (made up)",
        "year": today.year,
    }
    fields |= {"value": Decimal(1200), "counted_in": "亩", "document": document, **DEMO}
    target = documents.new_target(person, city, units["TJ-BH"], "DEMO-LAND-CLEARED", fields, "cli")
    plan = (
        ("bh", "盘活闲置工业用地（示例）", "Put idle industrial land to use (made up)", -20, 60),
        ("bh", "落实专项资金区级配套（示例）", "Pay the district's half of the fund (made up)", 20, 40),
        ("xq", "新能源汽车零部件项目开工（示例）", "Start the vehicle parts project (made up)", 60, 25),
        ("xq", "建成中试平台（示例）", "Finish the pilot platform (made up)", 150, None),
    )
    for number, (who, zh, en, days, share) in enumerate(plan, 1):
        duty = assigning.assign(
            person,
            city,
            units[f"TJ-{who.upper()}"],
            code=f"DEMO-DUTY-{number}",
            name_zh=zh,
            name_en=en,
            helpers=[units["PNR"], units["FIN"]],
            due=today + timedelta(days=days),
            every=periods.MONTH,
            evidence="进展说明与现场照片（示例）",
            document=document,
            channel="cli",
            **DEMO,
        )
        Duty.objects.filter(pk=duty.pk).update(created=timezone.now() - timedelta(days=130))
        if share is not None:
            _reports(people, who, Duty.objects.get(pk=duty.pk), months, share)
    made = reporting.report(people["bh-editor"], target, months[0], value=Decimal(830), words=MADE_UP, channel="cli")
    _approve(people, "bh", made)


def _reports(people: Mapping[str, Person], who: str, duty: Duty, months: list[str], share: int) -> None:
    """Report month by month: the first accepted, the next approved, the last handed in."""
    editor = people[f"{who}-editor"]
    for number, month in enumerate(reversed(months)):
        done = share * (number + 1) // len(months)
        made = reporting.report(editor, duty, month, share=done, words=MADE_UP, channel="cli")
        if number == len(months) - 1:
            reporting.submit(editor, Report.objects.get(pk=made.pk), channel="cli")
        else:
            _approve(people, who, made)
            if number == 0:
                reporting.accept(people["wang"], Report.objects.get(pk=made.pk), channel="cli")


def _approve(people: Mapping[str, Person], who: str, made: Report) -> None:
    reporting.submit(people[f"{who}-editor"], Report.objects.get(pk=made.pk), channel="cli")
    reporting.approve(people[f"{who}-approver"], Report.objects.get(pk=made.pk), channel="cli")
