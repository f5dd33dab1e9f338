"""Kind ``plan``: one feasible plan over everything that is scarce (`haihe.plan`)."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from haihe.messages import HaiheError, Text
from haihe.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import tables_of
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.studies.kept import Kept
from haihe.workspace.studies.kinds import Kind, KindForm, declare
from haihe.workspace.units.models import Person

if TYPE_CHECKING:
    from haihe.planning.goals import Goals
    from haihe.planning.plans import Plan

CODE = "plan"
UNIFORM, SHIFT_SHARE = "uniform", "shift-share"
AS_SAID, POOLED, SEPARATE = "", "pooled", "separate"
MOST = 12
"""Lines of goals."""
_CONDITION = re.compile(r"^(?P<measure>[^<>=]+?)\s*(?P<sense>>=|<=)\s*(?P<value>\S+)$")
_WEIGHT = re.compile(r"^(?P<measure>[^<>=]+?)\s*=\s*(?P<value>\S+)$")


class PlanForm(KindForm):
    """What a plan is asked for."""

    band = forms.BooleanField(
        label=words("给出弹性的区间", "Band over elasticities"),
        help_text=words(
            "全部弹性减半与加倍各再求解一次，耗时约为三倍",
            "solves again with every elasticity halved and doubled; takes about three times as long",
        ),
        required=False,
        initial=False,
    )
    projects = forms.BooleanField(
        label=words("在候选项目中选择", "Choose among candidate projects"), required=False, initial=True
    )
    upgrades = forms.BooleanField(
        label=words("允许技术升级", "Allow upgraded technology"), required=False, initial=True
    )
    pooled = forms.ChoiceField(
        label=words("上限", "Caps"),
        choices=(
            (AS_SAID, words("按数据所述", "as the data say")),
            (POOLED, words("全部统筹调剂", "pooled by the members")),
            (SEPARATE, words("各地区分别执行", "each member its own")),
        ),
        required=False,
    )
    path = forms.ChoiceField(label=words("基准路径", "Reference path"), choices=(), initial=UNIFORM, required=False)
    goals = forms.CharField(
        label=words("福利之外的目标", "Goals beside welfare"),
        help_text=words(
            "每行一个，可不填：“指标 = 权重”“指标 >= 值”“指标 <= 值”，或按先后只写指标（第一行为 welfare 或 consumption）",
            "one a line, may stay empty: “measure = weight”, “measure >= value”, “measure <= value”, or measures alone in their "
            "order (the first of them welfare or consumption)",
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def offer(self, person: Person, version: Version) -> None:
        """Offer the reference paths of the data."""
        del person
        named = tables_of(version, ["growth_paths"]).get("growth_paths")
        paths = [] if named is None else list(dict.fromkeys(named["path"]))
        field = self.fields["path"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (UNIFORM, words("各行业同速增长", "all sectors grow alike")),
            (SHIFT_SHARE, words("行业差别沿用以往的一半", "sectors go on differing by half of what they did")),
            *((path, path) for path in paths),
        ]

    def clean_path(self) -> str:
        """An empty path is the uniform one."""
        return self.cleaned_data["path"] or UNIFORM

    def clean_goals(self) -> str:
        """Goals must be such as the library reads."""
        said = "\n".join(line.strip() for line in self.cleaned_data["goals"].splitlines() if line.strip())
        try:
            read_goals(said)
        except HaiheError as error:
            found = error.findings[0]
            text = Text(found.text("zh"), found.text("en"))
            raise forms.ValidationError(words(text)) from error
        return said


def read_goals(said: str) -> "Goals":
    """Read goals, one a line: weights, or an order, each with conditions.

    Raises
    ------
    HaiheError
        ``E-STU-20`` for a line that cannot be read, or weights mixed with an order; what `haihe.planning.goals.Goals` refuses.
    """
    from haihe.planning.goals import Goals  # the planning room takes seconds to load

    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise HaiheError("E-STU-20", value=lines[MOST][:100])
    weights: dict[str, float] = {}
    order, conditions = [], []
    for line in lines:
        if found := _CONDITION.match(line):
            sense = "floor" if found["sense"] == ">=" else "cap"
            conditions.append((found["measure"].strip(), sense, _number(line, found["value"])))
        elif found := _WEIGHT.match(line):
            weights[found["measure"].strip()] = _number(line, found["value"])
        else:
            order.append(line)
    if weights and order:
        raise HaiheError("E-STU-20", value=order[0][:100])
    goals = Goals.of(weights or order or None)
    return goals.under(*conditions) if conditions else goals  # type: ignore[arg-type]


def _number(line: str, said: str) -> float:
    try:
        return float(said)
    except ValueError as error:
        raise HaiheError("E-STU-20", value=line[:100]) from error


def arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings as `haihe.plan` takes them."""
    return {
        "band": bool(settings.get("band", False)),
        "projects": bool(settings.get("projects", True)),
        "upgrades": bool(settings.get("upgrades", True)),
        "pooled": {POOLED: True, SEPARATE: False}.get(str(settings.get("pooled", AS_SAID))),
        "path": settings.get("path") or UNIFORM,
        "goals": read_goals(settings.get("goals", "")),
    }


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Plan, and keep everything that the plan shows."""
    from haihe.planning import plan

    return kept_plan(plan(region, **arguments(settings), control=work.control(), progress=work.say), work)


def kept_plan(made: "Plan", work: Work) -> Kept:
    """Keep a plan: its sentences, all its figures and tables, and the plan itself."""
    from haihe.planning.gallery import figures_of, goal_tables, money_views, tables_of
    from haihe.planning.resource_views import ResourceViews
    from haihe.planning.views import PlanViews

    work.say(Text("整理图表", "drawing figures and tables"))
    views, money = PlanViews(made), money_views(made)
    resources = ResourceViews(views)
    figures, tables = figures_of(made), tables_of(made)
    charted = {figure.table.key for figure in figures.values()}
    parts = figures | {key: table for key, table in tables.items() if key not in charted}
    groups = [
        (Text("总体", "Overall"), [*views.figures(), *views.tables()]),
        (Text("目标与指标", "Targets and indicators"), [table.key for table in goal_tables(made)]),
        (Text("要素与通道", "Resources and links"), [*resources.figures(), *resources.tables()]),
        (Text("项目与资金", "Projects and money"), [] if money is None else [*money.figures(), *money.tables()]),
        (Text("价格与其他", "Prices and more"), [key for key in parts if key.startswith("plan-")]),
    ]
    numbers = {
        "loss_bn_yuan": made.loss,
        "gain_bn_yuan": made.gain,
        "share_of_consumption": made.loss / made.consumption,
        "calibration": made.calibration,
        "quality": dict(made.marks),
        "findings": [finding.to_dict() for finding in made.findings],
    }
    if made.variants:
        numbers["loss_band_bn_yuan"] = list(made.loss_band)
    return Kept([line.text for line in made.lines], parts, numbers, made, once(groups))


def once(groups: list[tuple[Text, list[str]]]) -> list[tuple[Text, list[str]]]:
    """Leave each part in the first group that names it."""
    seen: set[str] = set()
    found = []
    for title, keys in groups:
        found.append((title, [key for key in dict.fromkeys(keys) if key not in seen]))
        seen |= set(keys)
    return found


declare(
    Kind(
        code=CODE,
        name=Text("规划测算", "plan"),
        about=Text(
            "在全部限制之内，怎样安排产业、要素和项目最好，代价多大，什么最紧缺",
            "the best that industry, resources and projects can do within all limits, what that costs, what is scarce",
        ),
        run=run,
        form=PlanForm,
        seconds=3600,
        memory_mb=0,
        order=10,
        needs=("accounts",),
    )
)
