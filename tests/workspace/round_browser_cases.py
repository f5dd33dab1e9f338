"""Seed and steps of the browser tests of rounds: a city with two firms, experts, second people and figures of what a district can match."""

from datetime import timedelta
from typing import Any

import pandas as pd
from django.db import transaction
from django.utils import timezone
from round_cases import SCHEME, firm, hired

from haihe.workspace.data import versions
from haihe.workspace.data.models import Dataset
from haihe.workspace.rounds.models import Round
from haihe.workspace.units.models import Person, Post
from workspace_cases import PASSWORD, City, small_city

NAMES = {
    "planner": ("周规划", "Zhou, planner"), "second": ("吴复核", "Wu, second planner"), "auditor": ("孙审计", "Sun, auditor"),
    "finance": ("钱会计", "Qian, finance"), "bh-editor": ("李统计", "Li, statistics"), "bh-approver": ("郑区长", "Zheng, district"),
    "f1": ("冯申报", "Feng, first firm"), "f2": ("陈申报", "Chen, second firm"), "r1": ("专家甲", "Expert A"),
    "r2": ("专家乙", "Expert B"), "r3": ("专家丙", "Expert C"), "r4": ("专家丁", "Expert D"),
}  # fmt: skip


@transaction.atomic
def seed() -> dict[str, Any]:
    """Make the city, its people and the approved figures; nothing of a round is there yet."""
    city = small_city()
    district, bureau = city.units["TJ-BH"], city.units["IIB"]
    firms = [firm(f"F{at}", f"虚构企业{at}号", district) for at in (1, 2)]
    hired("second", city.units["TJ"], "planner")
    for at, unit in enumerate(firms, 1):
        hired(f"f{at}", unit, "applicant")
    for username in ("r1", "r2", "r3", "r4"):
        hired(username, bureau, "reviewer")
    Post.objects.create(code="r4-firm", person=Person.objects.get(username="r4"), unit=firms[0], role="viewer")
    for person in Person.objects.all():
        person.name_zh, person.name_en = NAMES.get(person.username, (person.username, person.username))
        if person.must_change:
            person.set_password(PASSWORD)
            person.must_change = False
        person.save()
    return {"scheme": SCHEME, "figures": _figures(city)}


def _figures(city: City) -> str:
    """Keep what the district can match: sent in by it, approved there and by the city."""
    people, district = city.people, city.units["TJ-BH"]
    versions.create(people["planner"], city.units["TJ"], "means", "区级财力", "Means of districts", None, [district])
    row = {
        "fund": "OUR", "region": "TJ-BH", "year": 2026, "value": 200.0, "promised": 0.0, "unit": "万元", "note": None,
        "source": "BF", "quality": "illustrative",
    }  # fmt: skip
    tables = {"budgets": pd.DataFrame([row])}
    dataset = Dataset.objects.get(code="means")
    version = versions.make(people["bh-editor"], dataset, district, tables, "区财政可配套资金（虚构）", parent=None)
    versions.submit(people["bh-editor"], version)
    versions.approve(people["bh-approver"], version)
    versions.approve(people["planner"], version)
    return str(version.code)


def end_publicity() -> int:
    """Let the days of publicity of every published round be over."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return Round.objects.filter(state="listed").update(objections_until=yesterday)
