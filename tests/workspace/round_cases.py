"""A made-up round: a small scheme, firms in two districts, and the way from call to award in steps that tests stop at."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from haihe.workspace.audit.chain import Actor
from haihe.workspace.rounds import applying, awarding, calling, publishing, ranking, recommending, reviewing, rules
from haihe.workspace.rounds.models import Application, Award, Round
from haihe.workspace.units import staff, tree
from haihe.workspace.units.models import Person, Unit
from workspace_cases import City

SCHEME = """
scheme: our-fund
title: {zh: 小巨人技改补助, en: Upgrade grants}
fund: OUR
decides: {zh: 市工业和信息化局, en: Bureau of industry}
fair_competition: {reviewed: yes, document: 虚构示例}
fields:
  cost: {type: money, unit: 万元, label: {zh: 项目总投资, en: total investment}, min: 0}
  equipment: {type: money, unit: 万元, label: {zh: 设备投资, en: equipment}, min: 0}
  honest: {type: flag, label: {zh: 信用良好, en: in good standing}}
articles:
  upgrade:
    title: {zh: 技术改造, en: Technical upgrade}
    versions:
    - valid_from: 2026-01-01
      source: {document: 虚构示例〔2026〕1号, article: 第五条, quality: illustrative}
      checked_on: 2026-06-01
      checked_by: 王工
      conditions:
      - {id: size, when: "cost >= amount('500 万元')", text: {zh: 总投资500万元及以上, en: 5 mn yuan or more in all}}
      - {id: honest, when: honest, text: {zh: 信用良好, en: in good standing}}
      support:
        base: equipment
        rate: 8 %
        caps:
        - {id: cap, amount: 200 万元, text: {zh: 最高200万元, en: at most 2 mn yuan}}
      split: {city: 1, district: 1, remainder: district}
      instalments: [{id: first, share: 60 %}, {id: tail, share: 40 %}]
"""
WAN = 1_000_000
DAY = date(2026, 6, 30)
CRITERIA = [
    {"key": "tech", "zh": "技术水平", "en": "technology", "weight": "60", "full": "100"},
    {"key": "gain", "zh": "效益", "en": "gain", "weight": "40", "full": "50"},
]
ASKS = (
    ("TJ-BH", "4000", "3000", True),
    ("TJ-BH", "900", "777.77", True),
    ("TJ-HP", "2500", "1999.99", True),
    ("TJ-HP", "450", "300", True),
    ("TJ-BH", "1200", "1000.01", True),
)
"""District, cost, equipment, honest of each firm's application."""
MARKS = {
    "r1": ((90, 45), (80, 40), (70, 30), (60, 30), (85, 20)),
    "r2": ((88, 40), (70, 41), (72, 36), (50, 30), (80, 25)),
}


@dataclass
class Case:
    """A round with its people and applications."""

    city: City
    round: Round
    applications: list[Application]
    people: dict[str, Person]

    def fresh(self) -> Round:
        """The round as it is stored."""
        return Round.objects.select_related("unit", "rules").get(pk=self.round.pk)

    def states(self) -> list[str]:
        """States of the applications, in the order of `ASKS`."""
        stored = dict(Application.objects.filter(round=self.round).values_list("code", "state"))
        return [stored[each.code] for each in self.applications]


def hired(username: str, unit: Unit, role: str) -> Person:
    """Somebody with one post."""
    return staff.hire(Actor("", "", "cli"), username, f"人员{username}", unit, role)[0]


def firm(code: str, name: str, parent: Unit) -> Unit:
    """A firm in a district."""
    return tree.make(Actor("", "", "cli"), code, name, "firm", parent=parent, region=parent.region)


def terms(**more: Any) -> dict[str, Any]:
    """What the call says."""
    today = timezone.localdate()
    said = {
        "name_zh": "技改示例批次", "name_en": "Example batch", "rules": rules.keep(SCHEME, "our-fund.yaml"), "day": DAY,
        "fund": "OUR", "articles": ["our-fund/upgrade"], "year": 2026, "budget": 180 * WAN, "criteria": CRITERIA,
        "ties": [{"column": "support", "first": "smaller"}], "opens": today, "closes": today + timedelta(days=20),
        "publicity_days": 5, "illustrative": True,
    }  # fmt: skip
    return said | more


def opened(city: City, **more: Any) -> Case:
    """A round that takes applications, with people: two experts, a second planner, a firm and its applicant for each ask."""
    planner = city.people["planner"]
    round_ = calling.new(planner, city.units["TJ"], terms(open_to=[city.units["TJ"]], **more))
    calling.open_(planner, round_)
    people = {
        "r1": hired("r1", city.units["IIB"], "reviewer"),
        "r2": hired("r2", city.units["IIB"], "reviewer"),
        "second": hired("second", city.units["TJ"], "planner"),
    }
    applications = []
    for at, (district, cost, equipment, honest) in enumerate(ASKS, 1):
        unit = firm(f"F{at}", f"虚构企业{at}号", city.units[district])
        person = people[f"f{at}"] = hired(f"f{at}", unit, "applicant")
        fields = {"title": f"虚构项目{at}号", "fields": {"cost": cost, "equipment": equipment, "honest": honest}}
        applications.append(applying.new(person, round_, unit, fields))
    return Case(city, round_, applications, people)


def handed_in(city: City, **more: Any) -> Case:
    """All applications handed in and recommended, the round closed."""
    case = opened(city, **more)
    for at, each in enumerate(case.applications, 1):
        applying.submit(case.people[f"f{at}"], each)
        approver = city.people["bh-approver" if each.region == "TJ-BH" else "hp-approver"]
        recommending.recommend(approver, each, True, "同意", at, 100 * WAN)
    case.round = case.fresh()
    calling.close(city.people["planner"], case.round)
    case.round = case.fresh()
    return case


def reviewed(city: City, **more: Any) -> Case:
    """Checked and reviewed by two experts."""
    case = handed_in(city, **more)
    planner = city.people["planner"]
    ranking.check(case.round, planner.actor("rounds.rank"))
    reviewing.deal(planner, case.round, [case.people["r1"], case.people["r2"]], 2)
    for at, each in enumerate(case.applications):
        for review in each.reviews.select_related("round", "application", "expert"):
            tech, gain = MARKS[review.expert.username][at]
            reviewing.mark(review.expert, review, {"tech": str(tech), "gain": str(gain)}, "")
    return case


def ranked(city: City, **more: Any) -> Case:
    """Ranked by the planner."""
    case = reviewed(city, **more)
    ranking.rank(case.round, city.people["planner"].actor("rounds.rank"))
    case.round = case.fresh()
    return case


def listed(city: City, **more: Any) -> Case:
    """Published today."""
    case = ranked(city, **more)
    publishing.publish(city.people["planner"], case.round)
    case.round = case.fresh()
    return case


def awarded(city: City, **more: Any) -> tuple[Case, list[Award]]:
    """Awarded by the second planner after publicity."""
    case = listed(city, **more)
    after = timezone.localdate() + timedelta(days=30)
    made = awarding.award(case.people["second"], case.round, today=after)
    case.round = case.fresh()
    return case, made
