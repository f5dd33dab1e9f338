"""What a district says of its applications comes in by workbook: recommended or not, place, matching promised, words."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, cast

from haihe.messages import Text
from haihe.region.spec import Column, TableSpec, code, flag, number, text
from haihe.workspace.intake.rows_target import Row, RowsTarget
from haihe.workspace.rounds import recommending
from haihe.workspace.rounds.actions import RECOMMEND
from haihe.workspace.rounds.forms import in_fen, in_wan
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.states import NOT_RECOMMENDED, RECOMMENDED, SUBMITTED
from haihe.workspace.units.models import Owned, Person, Unit

SPEC = TableSpec(
    "recommendations",
    Text("区级推荐", "recommendations"),
    Text("一行一份申报；“推荐”留空即尚未表态", "One application a row; nothing is said where “recommended” is empty."),
    (
        code("application", "申报编号", "application", ("申报页面上的编号，勿改", "Code on its page; leave it."), key=True),
        text("title", "项目名称", "project", ("仅供对照", "For reading only.")),
        text("firm", "申报单位", "firm", ("仅供对照", "For reading only.")),
        flag("recommended", "推荐", "recommended", ("是或否", "Yes or no.")),
        Column("rank", "integer", Text("区内排序", "place in the district"), Text("区内不重复", "Once in the district."), minimum=1),
        number("promise", "承诺配套", "matching promised", ("区级承诺的配套资金", "District money promised."), "万元", minimum=0),
        text("words", "意见", "words", ("不推荐的须写明理由", "Needed where it is not recommended.")),
    ),
    Text("申报批次", "rounds"),
)  # fmt: skip
SAID = ("recommended", "rank", "promise", "words")


class RecommendationsTarget(RowsTarget):
    """The applications of a round that wait for a district's word, or have it and were not checked yet."""

    code: ClassVar[str] = "recommendations"
    name: ClassVar[Text] = Text("区级推荐", "recommendations of a district")
    kind: ClassVar[type[Owned]] = Round
    model: ClassVar[type[Owned]] = Application
    table: ClassVar[TableSpec] = SPEC
    upload_action: ClassVar[str] = RECOMMEND
    confirm_action: ClassVar[str] = RECOMMEND
    takes_new: ClassVar[bool] = False

    def title(self, thing: Owned) -> Text:
        """Give the round's name."""
        name = _round(thing).name
        return Text(f"{name.zh}：区级推荐", f"{name.en}: recommendations")

    def units(self, person: Person, thing: Owned) -> list[Unit]:
        """Give the districts for which a person recommends and that have applications in the round."""
        asked = Application.objects.filter(round=_round(thing), district__in=person.units(RECOMMEND))
        return list(Unit.objects.filter(pk__in=asked.values("district")).order_by("path"))

    def decides(self, thing: Owned, unit: Unit) -> bool:
        """What a district says is in force at once."""
        del thing, unit
        return True

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the district's applications by code."""
        states = (SUBMITTED, RECOMMENDED, NOT_RECOMMENDED)
        asked = Application.objects.filter(round=_round(thing), district=unit, state__in=states)
        return [(each.code, each) for each in asked.select_related("unit", "district", "round").order_by("code")]

    def row(self, each: Any) -> Row:
        """Give an application as a row."""
        return {
            "application": each.code,
            "title": each.title,
            "firm": each.unit.name_zh,
            "recommended": each.recommended,
            "rank": each.district_rank,
            "promise": None if each.promise is None else float(in_wan(each.promise) or 0),
            "words": each.district_words or None,
        }

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Say what the district says, or take it back; whether places and promises agree is asked when all is put."""
        del thing
        if all(row[name] == said for name, said in self.row(each).items() if name in SAID):
            return each  # type: ignore[no-any-return]
        if row["recommended"] is None:
            recommending.unsay(person, each, channel="import")
        else:
            promise = None if row["promise"] is None else in_fen(Decimal(str(row["promise"])))
            said, words = bool(row["recommended"]), row["words"] or ""
            recommending.recommend(person, each, said, words, row["rank"], promise, channel="import", alone=False)
        return each  # type: ignore[no-any-return]

    def agree(self, thing: Owned, unit: Unit) -> None:
        """Raise ``E-RND-16`` for a place that two have, ``E-RND-15`` where more is promised than can be matched."""
        recommending.agree(_round(thing), unit)


def _round(thing: Owned) -> Round:
    return cast("Round", thing)
