"""Rounds of the demonstration: one with 200 applications in publicity, others in review, ranked, to be awarded, and awarded
with its ledger.

Firms, projects, marks, objections and payments are made up. The rules are the example's file of the manufacturing fund; the
shares of its instalments were not found in public text, so that those written in here are made up as well, and say so.
"""

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from haihe.region import Region
from haihe.region.examples import examples_folder
from haihe.workspace.audit.chain import Actor, store_all
from haihe.workspace.data.models import Version
from haihe.workspace.papers import services as papers
from haihe.workspace.rounds import (
    acceptance,
    applying,
    awarding,
    calling,
    clawback,
    payments,
    publishing,
    ranking,
    recommending,
    reviewing,
    rules,
)
from haihe.workspace.rounds.actions import RANK
from haihe.workspace.rounds.forms import WAN
from haihe.workspace.rounds.ledger import PAID, Posting
from haihe.workspace.rounds.models import Application, Award, Objection, Round, RuleText
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.rounds.states import LISTED, NOT_LISTED, SUBMITTED
from haihe.workspace.units.accounts import Account
from haihe.workspace.units.made_up import MadeUp, hire_all
from haihe.workspace.units.models import Person, Unit

DEMO = Actor("demo", channel="cli")
CITY, FUND = "TJ", "MFG"
ARTICLE = "tj-manufacturing/upgrade"
FOLDER = "jing-jin-ji"
SPLIT = "      split: {city: 1, district: 1, remainder: district}\n"
INSTALMENTS = (
    SPLIT
    + "      instalments: [{id: first, share: 60 %, text: {zh: 首付（比例为虚构示例）, en: first payment (share made up)}}, "
    "{id: tail, share: 40 %, text: {zh: 尾款（比例为虚构示例）, en: tail (share made up)}}]\n"
)
CRITERIA = [
    {"key": "technology", "zh": "技术水平", "en": "technology", "weight": "50", "full": "100"},
    {"key": "gain", "zh": "经济效益", "en": "gain", "weight": "30", "full": "100"},
    {"key": "green", "zh": "绿色低碳", "en": "green", "weight": "20", "full": "100"},
]
"""Made-up criteria; official weights were never seen."""
PEOPLE = (
    MadeUp("zheng", "郑专家（示例）", "Zheng, expert (made up)", "reviewer", "IIB"),
    MadeUp("ma", "马专家（示例）", "Ma, expert (made up)", "reviewer", "IIB"),
    MadeUp("wu", "吴规划（示例）", "Wu, second planner (made up)", "planner", CITY),
    MadeUp("bh-finance", "滨海财政（示例）", "Binhai finance (made up)", "finance", "TJ-BH"),
)
APPROVERS = {"TJ-BH": "bh-approver", "TJ-XQ": "xq-approver"}
"""Who recommends where the demonstration has somebody; the other districts get somebody who cannot sign in."""
APPLICANTS = 2
"""Firms whose applicant can sign in: the first ones of districts where somebody who recommends can sign in too."""
DRAFTS, TAKEN_OUT, WAITING, TURNED_DOWN = 3, 6, 9, 12
"""Up to which per cent of a round's applications stay drafts, are withdrawn, wait for the district, are not recommended."""
MADE_UP = "虚构示例 / made up"
DAY = date(2025, 6, 30)
PAID_ON = date(2025, 9, 15)
MANY = 200
OVER = 14
"""Days since the list of the round that waits for its award was published: those of its publicity are over."""


@dataclass(frozen=True)
class Batch:
    """One round of the demonstration: how many applications, its budget in 万元, and how far it has come."""

    code: str
    zh: str
    en: str
    count: int
    budget: int
    stop: str


BATCHES = (
    Batch(
        "demo-2025-1", "2025年第一批技术改造（示例）", "Upgrades, first batch of 2025 (made up)", 24, 1500, "awarded"
    ),
    Batch(
        "demo-2025-2", "2025年第二批技术改造（示例）", "Upgrades, second batch of 2025 (made up)", MANY, 9000, "listed"
    ),
    Batch("demo-2025-3", "2025年第三批技术改造（示例）", "Upgrades, third batch of 2025 (made up)", 16, 800, "checked"),
    Batch("demo-2025-4", "2025年第四批技术改造（示例）", "Upgrades, fourth batch of 2025 (made up)", 8, 400, "ranked"),
    Batch("demo-2025-5", "2025年第五批技术改造（示例）", "Upgrades, fifth batch of 2025 (made up)", 8, 400, "due"),
)


@dataclass
class Cast:
    """Who acts: units and people by code and user name, who recommends in each district, each firm with its applicant."""

    units: dict[str, Unit]
    people: dict[str, Person]
    recommends: dict[str, Person]
    firms: dict[str, tuple[Unit, Person]]

    @property
    def planner(self) -> Person:
        """Who runs the rounds."""
        return self.people["wang"]


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> list[Account]:
    """Put the rounds in; gives the accounts of the people added who can sign in.

    Parameters
    ----------
    units, people : mapping
        Of the demonstration, by code and user name.
    region : Region
        The example.
    """
    del region
    rows = _rows()
    cast, accounts = _cast(units, people, rows)
    text = rules.keep(_text(), "manufacturing-2023-demo.yaml")
    figures = Version.objects.filter(dataset__code="jing-jin-ji", state="approved").order_by("-number").first()
    at = 0
    for batch in BATCHES:
        _batch(cast, batch, rows[at : at + batch.count], text, figures)
        at = (at + batch.count) % (len(rows) - MANY + 1)
    return accounts


def _rows() -> list[dict[str, str]]:
    """Read the example's applications for technical upgrades."""
    file = examples_folder() / FOLDER / "rules" / "applications.csv"
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [row for row in csv.DictReader(opened) if "upgrade" in row["article"].split(";")]


def _text() -> str:
    file = examples_folder() / FOLDER / "rules" / "manufacturing-2023.yaml"
    return "# 分期比例为虚构示例 / the shares of instalments are made up\n" + file.read_text("utf-8").replace(
        SPLIT, INSTALMENTS
    )


def _cast(
    units: Mapping[str, Unit], people: Mapping[str, Person], rows: Sequence[Mapping[str, str]]
) -> tuple[Cast, list[Account]]:
    """Make the firms and everybody who is not there yet; gives the accounts of those who can sign in."""
    homes = {row["enterprise"]: row["region"] for row in rows}
    firms = {name: _firm(name, units[region]) for name, region in homes.items()}
    store_all("create", [(DEMO, unit) for unit in firms.values()])
    approvers = {code: APPROVERS.get(code, f"{code.lower()}-approver") for code in sorted(set(homes.values()))}
    wanted = [*PEOPLE]
    for code, name in approvers.items():
        if name not in people:
            zh, en = f"{units[code].name_zh}审批人（示例）", f"{units[code].name.en}, approver (made up)"
            wanted.append(MadeUp(name, zh, en, "approver", code, signs_in=False))
    met = [name for name, region in homes.items() if region in APPROVERS][:APPLICANTS]
    for name, unit in firms.items():
        zh, en = f"{name}经办人（示例）", f"Applicant {unit.code[5:]} (made up)"
        wanted.append(MadeUp(unit.code.lower(), zh, en, "applicant", unit.code, signs_in=name in met))
    there = {**units, **{unit.code: unit for unit in firms.values()}}
    made, accounts = hire_all(DEMO, wanted, there)
    known = {**people, **made}
    recommends = {code: known[name] for code, name in approvers.items()}
    return Cast(
        there, known, recommends, {name: (unit, known[unit.code.lower()]) for name, unit in firms.items()}
    ), accounts


def _firm(name: str, district: Unit) -> Unit:
    """Give a firm of the example as a unit of its district, not stored yet."""
    code = f"FIRM-{name.removeprefix('示例企业')}"
    names = {"name_zh": f"{name}（虚构）", "name_en": f"Example firm {code[5:]} (made up)"}
    return Unit(code=code, **names, kind_of="firm", parent=district, region=district.region)


def _batch(cast: Cast, batch: Batch, rows: Sequence[dict[str, str]], text: RuleText, figures: Version | None) -> None:
    """Make one round and bring it as far as it has come."""
    round_ = _called(cast, batch, text, figures)
    _apply(cast, round_, rows, evidence=batch.stop == "awarded")
    calling.close(cast.planner, round_, channel="cli")
    ranking.check(_again(round_), cast.planner.actor(RANK, "cli"))
    _review(cast, _again(round_), rows, whole=batch.stop != "checked")
    if batch.stop == "checked":
        for late in Application.objects.filter(round=round_, state=SUBMITTED)[:1]:
            words = "补充推荐 / recommended late"
            recommending.recommend(cast.recommends[late.region], late, True, words, channel="cli")
        return
    ranking.rank(_again(round_), cast.planner.actor(RANK, "cli"))
    if batch.stop == "ranked":
        return
    gone = {"listed": 0, "due": OVER}.get(batch.stop)
    today = date(2025, 8, 1) if gone is None else timezone.localdate() - timedelta(days=gone)
    publishing.publish(cast.planner, _again(round_), channel="cli", today=today)
    if batch.stop == "due":
        return
    if batch.stop == "listed":
        _object(cast, _again(round_), today)
        return
    made = awarding.award(cast.people["zhou"], _again(round_), channel="cli", today=today + timedelta(days=30))
    _follow(cast, made)


def _called(cast: Cast, batch: Batch, text: RuleText, figures: Version | None) -> Round:
    opens = timezone.localdate() - timedelta(days=60) if batch.stop != "awarded" else DAY
    said = {
        "name_zh": batch.zh, "name_en": batch.en, "rules": text, "day": DAY, "fund": FUND, "articles": [ARTICLE],
        "year": DAY.year, "budget": batch.budget * WAN, "criteria": CRITERIA, "least_reviews": 2,
        "ties": [{"column": "support", "first": "smaller"}], "figures": figures, "payer": cast.units["FIN"],
        "opens": opens, "closes": opens + timedelta(days=30), "publicity_days": 5, "illustrative": True, "note": MADE_UP,
        "open_to": [cast.units[CITY]], "when_short": "skip",
    }  # fmt: skip
    round_ = calling.new(cast.planner, cast.units[CITY], said, "cli")
    calling.open_(cast.planner, round_, channel="cli")
    return round_


def _apply(cast: Cast, round_: Round, rows: Sequence[Mapping[str, str]], *, evidence: bool) -> None:
    """Bring each application as far as its place says: a few stay drafts, are withdrawn, wait, or are not recommended.

    With ``evidence`` each has a made-up list of equipment attached.
    """
    names = {column.name for column in rules.columns_of(round_)}
    applicants = [cast.firms[row["enterprise"]] for row in rows]
    wanted = [(person, unit, _asked(row, names)) for (unit, person), row in zip(applicants, rows, strict=True)]
    made = applying.new_all(round_, wanted, "cli")
    for (_, person), each, row in zip(applicants, made, rows, strict=True):
        if evidence:
            said = f"项目（虚构）,设备投资（万元）\n{row['project']},{row['equipment']}\n"
            papers.attach(person, each, "设备清单（示例）.csv", said.encode("utf-8-sig"), channel="cli")
    parts = [at * 100 // len(rows) for at in range(len(rows))]
    handed = [(person, each) for (_, person), each, part in zip(applicants, made, parts, strict=True) if part >= DRAFTS]
    applying.submit_all(round_, handed, "cli", round_.opens)
    each_promises = _promises(round_, made)
    for (_, person), each, part in zip(applicants, made, parts, strict=True):
        if DRAFTS <= part < TAKEN_OUT:
            applying.withdraw(person, each, "项目调整 / the project changed", channel="cli")
        elif part >= WAITING:
            good = part >= TURNED_DOWN
            words = "同意推荐 / recommended" if good else "前期手续不全 / papers are incomplete"
            promise = each_promises.get(each.region) if good else None
            recommending.recommend(cast.recommends[each.region], each, good, words, None, promise, channel="cli")


def _asked(row: Mapping[str, str], names: Collection[str]) -> dict[str, Any]:
    fields = {name: value for name, value in row.items() if name in names and value}
    return {"title": f"{row['project']}（虚构）", "wanted": [ARTICLE], "fields": fields}


def _promises(round_: Round, made: Sequence[Application]) -> dict[str, int]:
    """Give what each district promises for one application: an equal part of what it can match, in whole 万元."""
    count = Counter(each.region for each in made)
    space = rules.abilities(round_) or {}
    equal = {region: space.get(region, 0) // number // WAN * WAN for region, number in count.items()}
    return {region: promise for region, promise in equal.items() if promise}


def _review(cast: Cast, round_: Round, rows: Iterable[Mapping[str, str]], whole: bool) -> None:
    """Let two of three experts mark each application around the example's score; one of them is strict."""
    experts = [cast.people[name] for name in ("zhao", "zheng", "ma")]
    reviewing.deal(cast.planner, round_, experts, 2, "cli")
    scores = {f"{row['project']}（虚构）": Decimal(row["score"] or "70") for row in rows}
    every = Review.objects.filter(round=round_).select_related("round__unit", "application", "expert", "unit")
    known = {each.pk: each for each in experts}
    for place, review in enumerate(every):
        if not whole and place % 4 > 1:
            continue
        base = scores[review.application.title] - (4 if review.expert.username == "ma" else 0)
        marks = {
            each["key"]: str(min(Decimal(100), max(Decimal(0), base + step)))
            for each, step in zip(CRITERIA, (2, 0, -2), strict=True)
        }
        reviewing.mark(known[review.expert_id], review, marks, "虚构评审意见 / made-up review", channel="cli")


def _object(cast: Cast, round_: Round, today: date) -> None:
    """Three objections: one open, one turned down, one upheld."""
    listed = list(Application.objects.filter(round=round_, state=LISTED).select_related("unit").order_by("pk")[:3])
    losers = Application.objects.filter(round=round_, state=NOT_LISTED).select_related("unit").order_by("pk")[:3]
    applicant = {unit.pk: person for unit, person in cast.firms.values()}
    for about, loser in zip(listed, losers, strict=False):
        person = applicant[loser.unit_id]
        publishing.object_(
            person, round_, loser.unit, about, "项目投资额存疑 / the investment is in doubt", "cli", today
        )
    answers = (("kept", "经核实无误 / checked and found right"), ("struck", "设备未到位 / the equipment is not there"))
    for objection, (effect, words) in zip(
        Objection.objects.filter(round=round_).order_by("pk")[1:], answers, strict=False
    ):
        publishing.answer(cast.planner, objection, words, effect, channel="cli")


def _follow(cast: Cast, made: Sequence[Award]) -> None:
    """Pay first instalments, accept two reports, of Binhai if there are, and ask back from the one that fell short."""
    if not made:
        return
    planner, money = cast.planner, cast.people["qian"]
    terms = {
        "document": "虚构示例办法第十条 / made-up rules, article 10",
        "least": Decimal(90),
        "expenditure": "2150517",
    }
    acceptance.set_terms(planner, made[0].round, terms, channel="cli")
    for place, award in enumerate(made):
        goal = {"name_zh": "新增产值（示例）", "name_en": "new output (made up)", "counted_in": "万元", "year": 2025,
                "value": Decimal(1000 + 100 * place)}  # fmt: skip
        acceptance.set_goal(planner, _again(award), "output", goal, channel="cli")
        if place % 4 != 3:
            _pay(money, award, "city", "first")
    matched = [award for award in made if award.district is not None and award.district.code == "TJ-BH"]
    for award in matched:
        _pay(cast.people["bh-finance"], award, "district", "first")
    paid = sorted(
        (award for award in made if award.entries.filter(kind_of=PAID).exists()), key=lambda one: one not in matched
    )
    for award, part in zip(paid, (Decimal("1.05"), Decimal("0.6")), strict=False):
        _accept(cast, award, part)


def _accept(cast: Cast, award: Award, part: Decimal) -> None:
    """Report, check and accept; a tail is paid where it passed, else the rule's clawback is prepared."""
    person = next(person for unit, person in cast.firms.values() if unit.pk == award.unit_id)
    wanted = award.goals.get().value
    figures = {"output": str(wanted * part)}
    made = acceptance.report(person, award, "final", DAY.year, figures, MADE_UP, channel="cli")
    acceptance.submit(person, made, channel="cli")
    acceptance.check(cast.planner, made, "账实相符（示例） / the books agree (made up)", channel="cli")
    acceptance.accept(cast.people["wu"], made, channel="cli")
    if made.passed:
        _pay(cast.people["qian"], award, "city", "tail")
    elif any(clawback.due(award).values()):
        clawback.by_rule(cast.planner, _again(award), "cli")


def _pay(person: Person, award: Award, side: str, instalment: str) -> None:
    award = _again(award)
    book = payments.ledger_of(award)
    amount = book.owed(book.due(ARTICLE, instalment), side)
    if book.refusal(Posting(PAID, side, amount, PAID_ON.year, ARTICLE, instalment), payments.accepted(award)) is None:
        document = f"示例拨款单 {award.pk} / made-up order"
        payments.pay(person, award, side, ARTICLE, instalment, amount, day=PAID_ON, document=document, channel="cli")


def _again(thing: Any) -> Any:
    """Read an object again: its edition moved on."""
    return type(thing)._default_manager.get(pk=thing.pk)
