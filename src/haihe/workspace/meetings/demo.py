"""Meetings of the demonstration: one that was held and approved, one whose agenda was sent. All is made up and marked so."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from haihe.region import Region
from haihe.workspace.data.models import Dataset
from haihe.workspace.meetings import agenda, minutes
from haihe.workspace.meetings.models import Item, Meeting
from haihe.workspace.units.models import Person, Unit

CITY = "TJ"
MONTH = timedelta(days=30)
SOON = timedelta(days=5)
WANTED = "确定责任单位和完成期限（示例）"
MOST = 6
"""Items of the next meeting's agenda."""


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> None:
    """Put in the last meeting, with a decision that became a duty, and the next one with its agenda.

    Parameters
    ----------
    units, people : mapping
        Of the demonstration, by code and user name.
    region : Region
        The example; its dataset gives the data version.
    """
    del region
    planner, chief, city = people["wang"], people["li"], units[CITY]
    invited = [units[code] for code in ("IIB", "FIN", "DRC", "TJ-BH", "TJ-XQ")]
    dataset = Dataset.objects.filter(current__isnull=False).select_related("current").order_by("pk").first()
    said = {"place": "示例会议室", "version": dataset.current.code if dataset else "", "note": "虚构示例 / made up"}
    today = timezone.localdate()
    last = _made(planner, city, said | {"title": "领导小组专题会（示例，上月）", "day": today - MONTH}, invited)
    item = agenda.add(
        planner,
        _again(last),
        {
            "title_zh": "区级配套资金落实（示例）",
            "title_en": "Matching money of districts (made up)",
            "wanted": "明确各区配套到位的期限（示例）",
        },
        "cli",
    )
    agenda.convene(planner, _again(last), channel="cli")
    decided = {
        "minutes": "财政局汇报了各区配套到位情况（示例）。",
        "decision": "财政局两周内提出分区到位计划（示例）",
        "owner": units["FIN"],
        "due": today + SOON,
    }
    minutes.minute(planner, Item.objects.select_related("meeting", "unit").get(pk=item.pk), decided, channel="cli")
    minutes.submit(planner, _again(last), channel="cli")
    minutes.approve(chief, _again(last), channel="cli")
    minutes.issue(planner, _again(last), channel="cli")
    following = _made(planner, city, said | {"title": "领导小组专题会（示例，本月）", "day": today + SOON}, invited)
    wanted = [
        f"{each.about_kind}:{each.about}" for offer in agenda.offers(planner, following) for each in offer.suggestions
    ]
    agenda.take(planner, _again(following), wanted[:MOST], channel="cli")
    for item in Item.objects.filter(meeting=following).select_related("meeting", "unit", "presents"):
        agenda.edit(planner, item, {"wanted": WANTED}, channel="cli")
    agenda.convene(planner, _again(following), channel="cli")


def _made(planner: Person, city: Unit, said: dict[str, object], invited: list[Unit]) -> Meeting:
    return agenda.new(planner, city, said, invited, "cli", illustrative=True)


def _again(meeting: Meeting) -> Meeting:
    """Read it again: its edition moved on."""
    return Meeting.objects.select_related("unit").get(pk=meeting.pk)  # type: ignore[no-any-return]
