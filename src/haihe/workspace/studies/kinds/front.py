"""Kind ``front``: what more of one measure costs of another, point by point, beside the plan of today (`haihe.pareto`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from haihe.figures import Table
from haihe.messages import Text
from haihe.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.studies.kept import Kept
from haihe.workspace.studies.kinds import Kind, KindForm, declare
from haihe.workspace.studies.kinds.choices import named, put
from haihe.workspace.units.models import Person

if TYPE_CHECKING:
    from haihe.planning.pareto import Pareto
    from haihe.planning.plans import Plan

CODE = "front"


class FrontForm(KindForm):
    """What is asked of a front."""

    x = forms.ChoiceField(label=words("要改善的指标", "Measure to be better in"), choices=(), initial="co2")
    y = forms.ChoiceField(label=words("代价以何计", "What it costs"), choices=(), initial="welfare")
    year = forms.IntegerField(
        label=words("只看某一年", "In one year only"),
        help_text=words(
            "前一指标只计这一年；须为规划的节点年。不填为规划期贴现累计",
            "counts the first measure in that year alone, a milestone of the plan; empty: discounted total of the plan",
        ),
        min_value=1990,
        max_value=2100,
        required=False,
    )
    points = forms.IntegerField(label=words("点数", "Points"), min_value=3, max_value=15, initial=6)
    reach = forms.FloatField(
        label=words("最多改善（比例）", "Better by at most (share)"),
        help_text=words("0.3 为三成", "0.3 is 30 per cent"),
        min_value=0.01,
        max_value=1.0,
        initial=0.3,
    )
    within = forms.FloatField(
        label=words("福利至多让出（占消费）", "Welfare given up at most (share of consumption)"),
        help_text=words("两项指标都不是福利或消费时必填", "needed where neither measure is welfare or consumption"),
        min_value=0.0,
        max_value=1.0,
        required=False,
    )
    apart = forms.BooleanField(
        label=words("也画各自承担的前沿", "Also with every member bearing the same share"),
        required=False,
        initial=False,
    )
    upgrades = forms.BooleanField(
        label=words("允许技术升级", "Allow upgraded technology"), required=False, initial=True
    )

    def offer(self, person: Person, version: Version) -> None:
        """Offer the measures that are sums, and the use of each resource of the data."""
        del person
        from haihe.planning.indicator_list import INDICATORS, WELFARE

        sums = [
            (code, words(spec.title))
            for code, spec in INDICATORS.items()
            if spec.qualifier != "required" and not spec.is_ratio and spec.formula != "no data"
        ]
        uses = [
            (f"use:{code}", words(f"要素使用：{name}", f"Use of {name}"))
            for code, name in _resources(version)
            if code not in ("co2", "energy")
        ]
        put(self, "x", [pair for pair in [*sums, *uses] if pair[0] != WELFARE])
        put(self, "y", [*sums, *uses])


def _resources(version: Version) -> list[tuple[str, Any]]:
    return named(version, "resources", "resource")


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Plan as things stand, walk the front, and keep what every point would change."""
    from haihe.planning import plan
    from haihe.planning.front_choice import TOGETHER, changes, numbered, point_figure, point_table
    from haihe.planning.outcome import Outcome
    from haihe.planning.pareto import pareto

    upgrades, year = bool(settings.get("upgrades", True)), settings.get("year")
    work.say(Text("求解现行方案", "solving the plan of today"))
    now = plan(region, band=False, projects=False, upgrades=upgrades, control=work.control(), progress=work.say)
    work.share(0.3)
    seen: dict[float, Outcome] = {}
    count = int(settings.get("points", 6))
    apart = bool(settings.get("apart", False))

    def at(way: str, level: float, share: float, assembly: Any, solution: Any) -> None:
        del level
        work.check()
        if way == TOGETHER:
            seen[share] = Outcome(assembly, solution, solution, now.base, now.findings)
            work.share(0.3 + 0.5 * len(seen) / count)

    front = pareto(
        region,
        f"{settings.get('x', 'co2')}{f'/{year}' if year else ''}",
        str(settings.get("y", "welfare")),
        points=count,
        reach=float(settings.get("reach", 0.3)),
        within=settings.get("within"),
        ways=("together", "apart") if apart else ("together",),
        upgrades=upgrades,
        control=work.control(),
        progress=work.say,
        at=at,
    )
    work.say(Text("比较各点与现行方案", "comparing the points with the plan of today"))
    table = point_table(front, now, now.views.source)
    figure = point_figure(table)
    parts: dict[str, Any] = {figure.key: figure}
    groups = [(Text("前沿", "Front"), [figure.key])]
    points = numbered(front)
    for number, share in zip(points["point"].tolist(), points["share"].tolist(), strict=True):
        own = _by_key(changes(front, now, seen[share], number))
        parts |= own
        groups.append((Text(f"第 {number} 点", f"Point {number}"), list(own)))
        work.check()
    return Kept(_lines(front, now), parts, _numbers(front, now), groups=groups)


def _by_key(tables: list[Table]) -> dict[str, Table]:
    return {table.key: table for table in tables}


def _lines(front: "Pareto", now: "Plan") -> list[Text]:
    """Say where the front bends, and where the plan of today lies beside it."""
    from haihe.planning.front_choice import knee, numbered

    points = numbered(front)
    first, last = front.titles
    said = [
        Text(
            f"每改善一步“{first.zh}”要付出多少“{last.zh}”：共 {len(points)} 点，最多改善 {points['share'].max():.0%}。",
            f"What each step in “{first.en}” costs of “{last.en}”: {len(points)} points, better by {points['share'].max():.0%} "
            "at most.",
        )
    ]
    bend = knee(points["x"].to_numpy(), points["y"].to_numpy())
    if bend is not None:
        share = f"{points['share'].iloc[bend]:.0%}"
        said.append(
            Text(
                f"拐点在第 {bend + 1} 点（改善 {share}），再往后同样一步的代价明显增大。",
                f"It bends at point {bend + 1} ({share} better): from there on the same step costs visibly more.",
            )
        )
    start, x, _ = points["x"].iloc[0], *_current(front, now)
    if start:
        share = f"{abs(x - start) / abs(start):.1%}"
        said.append(
            Text(
                f"现行方案（全部限制有效）在“{first.zh}”上离起点 {share}。",
                f"The plan of today (every limit in force) lies {share} from the start in “{first.en}”.",
            )
        )
    return said


def _current(front: "Pareto", now: "Plan") -> tuple[float, float]:
    from haihe.planning.front_choice import place_of

    return place_of(front, now)


def _numbers(front: "Pareto", now: "Plan") -> dict[str, Any]:
    """What the page of points and other programs read: the points with their plain values, and how each is asked for."""
    from haihe.planning.front_choice import freed, knee, numbered

    points = numbered(front)
    indicators = now.assembly.indicators
    better = [indicators.spec(measure.indicator).better for measure in (front.x, front.y)]
    senses = ["<=" if way == "down" else ">=" for way in better]
    held = [(str(front.x), senses[0], "x")]
    if front.y.base != "welfare":
        held.append((str(front.y), senses[1], "y"))
    rows = [
        {
            "point": int(row["point"]),
            **{name: float(row[name]) for name in ("x", "y", "share", "loss")},
            "price": _finite(row["price"]),
            "goals": "\n".join(f"{measure} {sense} {float(row[name])!r}" for measure, sense, name in held),
        }
        for row in points.to_dict("records")
    ]
    bend = knee(points["x"].to_numpy(), points["y"].to_numpy())
    edits = [[e.table, e.key, e.column, str(e.value), e.reason] for e in freed(now.region, front.x)]
    return {
        "x": str(front.x),
        "y": str(front.y),
        "units": list(front.units),
        "points": rows,
        "knee": None if bend is None else bend + 1,
        "current": list(_current(front, now)),
        "freed": edits,
        "findings": [finding.to_dict() for finding in now.findings],
    }


def _finite(value: float) -> float | None:
    return None if value != value else float(value)


declare(
    Kind(
        code=CODE,
        name=Text("前沿与选点", "front"),
        about=Text(
            "在两项指标之间怎样取舍，每一步的代价多大，选定一点后哪些行业、地区、限制会变",
            "how to trade two measures against each other, what each step costs, what a chosen point would change",
        ),
        run=run,
        form=FrontForm,
        seconds=7200,
        memory_mb=0,
        order=40,
        needs=("accounts",),
    )
)
