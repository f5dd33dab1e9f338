"""What a firm reports of its award's performance targets comes in by workbook: a row a report, a column a target."""

from collections.abc import Iterable
from typing import Any, ClassVar, cast

from haihe.messages import Text
from haihe.region.spec import Column, TableSpec, code, text
from haihe.workspace.intake.rows_target import Row, RowsTarget
from haihe.workspace.rounds import acceptance
from haihe.workspace.rounds.actions import APPLY
from haihe.workspace.rounds.ledger_models import SENSES, STAGES, Acceptance, Goal
from haihe.workspace.rounds.models import Award
from haihe.workspace.units.approval import DRAFT
from haihe.workspace.units.models import Owned, Person, Unit

FIGURE = "figure_"
OWN = (
    code("report", "编号", "report", ("自编，本项目内不重复", "Your own; once within the award."), key=True),
    Column("stage", "choice", Text("阶段", "stage"), Text("中期检查或竣工验收", "Interim check or final acceptance."),
           choices=tuple(STAGES), words=tuple(STAGES.values()), required=True),
    Column("year", "year", Text("年度", "year"), Text("报告的年度", "Year that is reported on."), required=True),
    text("words", "说明", "remark", ("完成情况说明", "How it went.")),
)  # fmt: skip


def column_of(goal: Goal) -> Column:
    """Declare the column of a target."""
    asked = Text(f"{SENSES[goal.sense].zh} {goal.value:f}", f"{SENSES[goal.sense].en} {goal.value:f}")
    title = Text(f"{goal.name.zh}（{goal.key}）", f"{goal.name.en} ({goal.key})")
    return Column(f"{FIGURE}{goal.key}", "number", title, asked, unit=goal.counted_in, minimum=0)


class AcceptancesTarget(RowsTarget):
    """The reports of one award that the firm has not handed in."""

    code: ClassVar[str] = "acceptances"
    name: ClassVar[Text] = Text("绩效完成情况", "performance reports of an award")
    kind: ClassVar[type[Owned]] = Award
    model: ClassVar[type[Owned]] = Acceptance
    upload_action: ClassVar[str] = APPLY
    confirm_action: ClassVar[str] = APPLY

    def title(self, thing: Owned) -> Text:
        """Give the award's name."""
        name = _award(thing).name
        return Text(f"{name.zh}：绩效完成情况", f"{name.en}: performance")

    def spec(self, thing: Owned) -> TableSpec:
        """Give the one table: a column for each target that stands."""
        columns = (column_of(goal) for goal in acceptance.goals_of(_award(thing)))
        about = Text("一行一份报告", "One report a row.")
        return TableSpec("acceptances", self.name, about, (*OWN, *columns), Text("绩效验收", "acceptance"))

    def there(self, thing: Owned, unit: Unit) -> Iterable[tuple[str, Owned]]:
        """Give the drafts by stage and year."""
        del unit
        drafts = Acceptance.objects.filter(award=_award(thing), state=DRAFT).select_related("unit", "award")
        return [(_key(each), each) for each in drafts.order_by("year", "pk")]

    def row(self, each: Any) -> Row:
        """Give a report as a row."""
        figures = {f"{FIGURE}{key}": None if said is None else float(said) for key, said in each.figures.items()}
        own = {"report": _key(each), "stage": each.stage, "year": each.year, "words": each.words or None}
        return figures | own

    def put(self, person: Person, thing: Owned, each: Any, row: Row) -> Owned:
        """Enter a report as a draft, or change the draft."""
        del each
        figures = {name.removeprefix(FIGURE): said for name, said in row.items() if name.startswith(FIGURE)}
        said = row["words"] or ""
        return acceptance.report(person, _award(thing), row["stage"], int(row["year"]), figures, said, channel="import")


def _key(each: Acceptance) -> str:
    return f"{each.stage}-{each.year}"


def _award(thing: Owned) -> Award:
    return cast("Award", thing)
