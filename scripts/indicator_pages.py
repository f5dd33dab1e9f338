"""Write the reference pages of the indicators from their registry: docs/reference/indicators.md and .zh.md."""

from pathlib import Path

from haihe.messages import LANGUAGES, Lang, Text
from haihe.planning.indicator_list import INDICATORS, SPREAD, SPREAD_FORMULA, SPREAD_NEEDS, SPREAD_TITLE, IndicatorSpec
from haihe.region.units import said

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
INTRO = Text(
    """# 指标

限制、目标、前沿与规划目标都用同一套指标。写法是 `指标[行业]@地区/年份`，后三项可省，例如
`value_added[manufacturing]@TJ/2030`、`import_dependence:IC@TJ`、`spread:consumption`。集合用分号连接；行业可写大类
（agriculture、mining、manufacturing、utilities、construction、services）。不写年份，指各期之和，每期按其年数贴现。

比率不是线性的：可作限制和目标，不能作前沿的轴或加权的目标。缺数据的指标不出现在结果中，并说明缺什么，从不记作零。

公式中 x 为产出（上标 0、1 为现有与升级技术），C 消费，e、m 出口与进口，o、n 流出与流入国内其他地区，T 成员间流动，
a 投入系数，ω 单位产出的劳动报酬，λ、θ 升级技术对劳动与要素使用的改变，γ 单位产出的使用，κ 资本系数，P 人口。

本页由 `scripts/indicator_pages.py` 据程序写成，请勿手改。""",
    """# Indicators

Limits, targets, fronts and goals speak of the same indicators. They are written `indicator[sectors]@regions/year`, of
which the last three may be left out: `value_added[manufacturing]@TJ/2030`, `import_dependence:IC@TJ`,
`spread:consumption`. Sets are joined by semicolons; sectors may be groups (agriculture, mining, manufacturing, utilities,
construction, services). Without a year it is the sum over the milestones, each by its discounted years.

A ratio is not linear: it may be a limit or a target, and not the axis of a front or a weighted goal. An indicator without
data is absent from results, with what is missing, and never 0.

In the formulas x is output (superscripts 0 and 1: today's and upgraded technology), C consumption, e and m exports and
imports, o and n outflow to and inflow from the rest of the nation, T flows between members, a input coefficients, ω wages
per output, λ and θ what an upgraded technology changes of labour and of uses, γ use per output, κ capital per output, P
residents.

This page is written by `scripts/indicator_pages.py` from the program itself; do not edit it.""",
)
HEADINGS = Text("| 代码 | 名称 | 单位 | 更好 | 需要 | 公式 |", "| code | name | unit | better | needs | formula |")
BETTER = {"up": Text("高", "up"), "down": Text("低", "down")}


def page(lang: Lang) -> str:
    """Give the page in one language."""
    rows = [_row(spec, lang) for spec in INDICATORS.values()]
    rows.append(
        f"| `{SPREAD}:…` | {SPREAD_TITLE.format(of='…')(lang)} | — | {BETTER['down'](lang)} | {SPREAD_NEEDS(lang)} | "
        f"${SPREAD_FORMULA}$ |"
    )
    return "\n".join([INTRO(lang), "", HEADINGS(lang), "|---|---|---|---|---|---|", *rows, ""])


def _row(spec: IndicatorSpec, lang: Lang) -> str:
    after = {"": "", "optional": "[:…]", "required": ":…"}[spec.qualifier]
    unit = said(spec.unit)(lang).replace("resource", Text("要素的单位", "unit of the resource")(lang))
    title = spec.title.format(of="…")(lang)
    formula = f"${spec.formula}$" if spec.formula.startswith("\\") else f"`{spec.formula}`"
    formula = f"{formula} {spec.remark(lang)}".strip() if spec.formula != "no data" else "—"
    cells = (f"`{spec.code}{after}`", title, unit, BETTER[spec.better](lang), spec.needs(lang) or "—", formula)
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Write both pages."""
    for lang in LANGUAGES:
        name = "indicators.md" if lang == "en" else "indicators.zh.md"
        (FOLDER / name).write_text(page(lang), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
