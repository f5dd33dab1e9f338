"""The demonstration: the example region with its units, and a dozen made-up people who hold every role."""

from datetime import timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from haihe.region import Region
from haihe.region.examples import example
from haihe.workspace.audit.chain import Actor, store
from haihe.workspace.chains import demo as chains_demo
from haihe.workspace.data import answers, sending, versions
from haihe.workspace.data.requests import Answer
from haihe.workspace.duties import demo as duties_demo
from haihe.workspace.meetings import demo as meetings_demo
from haihe.workspace.months import demo as months_demo
from haihe.workspace.neighbours import demo as neighbours_demo
from haihe.workspace.problems import demo as problems_demo
from haihe.workspace.projects import demo as projects_demo
from haihe.workspace.rounds import demo as rounds_demo
from haihe.workspace.scenarios import demo as scenarios_demo
from haihe.workspace.studies import demo as studies_demo
from haihe.workspace.units.accounts import Account
from haihe.workspace.units.made_up import MadeUp, hire_all
from haihe.workspace.units.models import Person, Unit

T = TypeVar("T", bound=models.Model)
DEMO = Actor("demo", channel="cli")
KIND_OF_LEVEL = {"province": "region", "city": "city", "district": "district", "park": "park"}
CITY = "TJ"
"""The city of the demonstration; the other members are its equals."""

ASKED_YEAR = 2025
LATE = timedelta(days=3)
"""How long ago the demonstration's request was due."""

PEOPLE = (
    MadeUp("wang", "王规划（示例）", "Wang, planner (made up)", "planner", CITY, below=True),
    MadeUp("zhou", "周审批（示例）", "Zhou, approver (made up)", "approver", CITY),
    MadeUp("li", "李链长（示例）", "Li, chain chief (made up)", "chief", CITY, below=True),
    MadeUp("zhao", "赵评审（示例）", "Zhao, reviewer (made up)", "reviewer", "IIB"),
    MadeUp("qian", "钱财政（示例）", "Qian, finance (made up)", "finance", "FIN"),
    MadeUp("sun", "孙审计（示例）", "Sun, auditor (made up)", "auditor", CITY, below=True),
    MadeUp("guan", "管理员（示例）", "Guan, administrator (made up)", "admin", CITY, below=True),
    MadeUp("bh-editor", "滨海填报员（示例）", "Binhai editor (made up)", "editor", "TJ-BH", below=True),
    MadeUp("bh-approver", "滨海审批人（示例）", "Binhai approver (made up)", "approver", "TJ-BH", below=True),
    MadeUp("xq-editor", "西青填报员（示例）", "Xiqing editor (made up)", "editor", "TJ-XQ", below=True),
    MadeUp("xq-approver", "西青审批人（示例）", "Xiqing approver (made up)", "approver", "TJ-XQ", below=True),
    MadeUp("bj-planner", "北京规划（示例）", "Beijing planner (made up)", "planner", "BJ", below=True),
    MadeUp("he-planner", "河北规划（示例）", "Hebei planner (made up)", "planner", "HE", below=True),
    MadeUp("bj-approver", "北京审批人（示例）", "Beijing approver (made up)", "approver", "BJ"),
    MadeUp("he-approver", "河北审批人（示例）", "Hebei approver (made up)", "approver", "HE"),
    MadeUp("viewer", "查看人员（示例）", "Viewer (made up)", "viewer", CITY, below=True),
)
"""A person for every role but the applicant's: those come with the rounds."""


def seed_units(region: Region) -> dict[str, Unit]:
    """Make the units that a region's tables name: members as equals, cities, districts and parks, departments, chains."""
    made: dict[str, Unit] = {}

    def add(code: str, names: tuple[str, str], kind: str, parent: str, **more: str) -> None:
        unit = Unit(code=code, name_zh=names[0], name_en=names[1], kind_of=kind, parent=made.get(parent), **more)
        store(DEMO, "create", unit)
        made[code] = unit

    regions = region.tables["regions"]
    rank = {level: place for place, level in enumerate(KIND_OF_LEVEL)}
    known = regions[regions["level"].isin(rank)]
    for row in known.iloc[known["level"].map(rank).argsort(kind="stable")].to_dict("records"):
        kind = "city" if row["region"] == CITY else KIND_OF_LEVEL[row["level"]]
        add(row["region"], (row["name_zh"], row["name_en"]), kind, row["parent"], region=row["region"])
    for row in region.tables["departments"].to_dict("records"):
        add(row["department"], (row["name_zh"], row["name_en"]), "department", row["region"])
    for row in region.tables["chains"].to_dict("records"):
        names = (f"{row['name_zh']}产业链专班", f"{row['name_en']}: chain task force")
        add(f"CHAIN-{row['chain']}", names, "chain", CITY, chain=row["chain"])
    return made


def seed_data(units: dict[str, Unit], people: dict[str, Person], region: Region) -> None:
    """Put the example region in as a dataset in force, and ask the districts for one table of it.

    Binhai has answered and was accepted, Xiqing waits for its own approver, the others are late.
    """
    districts = [unit for unit in units.values() if unit.kind_of == "district" and unit.path.startswith(f"{CITY}/")]
    share = [units["BJ"], units["HE"], *districts]
    names = region.meta.title_zh, region.meta.title_en
    dataset = versions.create(people["wang"], units[CITY], "jing-jin-ji", *names, region, share, "cli")
    request = sending.new(people["wang"], _again(dataset), _asked(districts), "cli")
    sending.send(people["wang"], request, channel="cli")
    request = _again(request)
    request.due = timezone.localdate() - LATE
    store(DEMO, "change", request)
    for code in ("bh", "xq"):
        editor, approver = people[f"{code}-editor"], people[f"{code}-approver"]
        answer = Answer.objects.select_related("unit", "request__base").get(
            request=request, unit=units[f"TJ-{code.upper()}"]
        )
        answers.made_by_upload(editor, answer, answers.contents(answer), "")
        answers.submit(editor, _again(answer), channel="cli")
        if code == "bh":
            answers.approve(approver, _again(answer), channel="cli")
            answers.accept(people["wang"], _again(answer), channel="cli")


def _asked(districts: list[Unit]) -> dict[str, Any]:
    return {
        "title": "各区要素底数（示例）",
        "note": "请按年末数核对、填报 / Please check and complete, at the end of the year",
        "asked": [{"table": "endowments", "columns": ["value"], "year": ASKED_YEAR}],
        "addressees": [unit.code for unit in districts],
        "due": timezone.localdate() + LATE,
        "remind_days": 3,
    }


def _again(thing: T) -> T:
    """Read an object again: its edition moved on."""
    return type(thing)._default_manager.get(pk=thing.pk)


def seed() -> list[Account]:
    """Fill an empty workspace with the demonstration; gives the accounts that can sign in, told this once.

    Where there are units already, nothing is done and nothing given.
    """
    region = example("jing-jin-ji")
    with transaction.atomic():
        if Unit.objects.exists():
            return []
        units = seed_units(region)
        people, accounts = hire_all(DEMO, PEOPLE, units)
        seed_data(units, people, region)
        scenarios_demo.seed(units, people, region)
        studies_demo.seed(units, people)
        duties_demo.seed(units, people, region)
        problems_demo.seed(units, people, region)
        chains_demo.seed(units, people, region)
        months_demo.seed(units, people, region)
        meetings_demo.seed(units, people, region)
        projects_demo.seed(units, people, region)
        neighbours_demo.seed(units, people, region)
        return accounts + rounds_demo.seed(units, people, region)
