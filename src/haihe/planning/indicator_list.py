"""The registry of indicators: each declared once, with its words, unit, direction, data and formula."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from haihe.messages import HaiheError, Text
from haihe.planning import indicator_fields as build
from haihe.planning.economy import BN_YUAN
from haihe.planning.indicator_data import LABOUR, RESEARCH
from haihe.planning.indicator_fields import Built, Scope
from haihe.region.nearest import suggest

Better = Literal["up", "down"]
MONEY = f"{BN_YUAN}/year"
NOTHING = Text("", "")


@dataclass(frozen=True)
class IndicatorSpec:
    """One indicator.

    Parameters
    ----------
    code : str
        Stable code. A code that takes a qualifier is written ``code:qualifier``, e.g. ``use:water``.
    title : Text
        What it is called; ``{of}`` stands for the qualifier.
    unit : str
        Unit; ``resource`` stands for the unit of the resource it counts.
    better : {"up", "down"}
        Which way is better.
    needs : Text
        Data it needs beyond balanced accounts; empty where nothing.
    formula : str
        What it is, as mathematics: x output, C consumption, a inputs, omega wages, gamma use per output.
    field : callable
        Gives the field, or says why there is none.
    over : callable, optional
        Gives the denominator of a ratio.
    counts : str
        Resource whose unit stands in the unit.
    activity : bool
        It grows with activity whatever becomes of people's consumption, so it may not be the only goal.
    qualifier : {"", "optional", "required"}
        Whether something stands after a colon.
    remark : Text
        What a reader must know of it.
    """

    code: str
    title: Text
    unit: str
    better: Better
    needs: Text
    formula: str
    field: Callable[[Scope], Built] | None
    over: Callable[[Scope], Built] | None = None
    counts: str = ""
    activity: bool = True
    qualifier: Literal["", "optional", "required"] = ""
    remark: Text = NOTHING

    @property
    def plain_unit(self) -> str:
        """Unit as tables state it: an amount a year without the year."""
        return self.unit.removesuffix("/year")

    @property
    def is_ratio(self) -> bool:
        """True for a quotient of two fields, which is not linear."""
        return self.over is not None


TRADE_NEEDS = Text("按伙伴组时需 accounts 分列", "accounts by partner group, where one is named")
USES_NEEDS = Text("要素使用强度（表 uses）", "uses of the resource (table uses)")

WELFARE = "welfare"
"""Code of the plan's own objective."""
SPREAD = "spread"
"""Code of the gap between members."""
FOR_PEOPLE = (WELFARE, "consumption")
"""Indicators of what people get: one of them must speak in every goal."""

_SPECS = (
    IndicatorSpec(
        WELFARE, Text("福利（较基准路径）", "Welfare against the reference path"), f"{BN_YUAN}, discounted", "up", NOTHING,
        r"\sum_t D_t\,(\sum C - \sum L - \dots)", None, activity=False,
        remark=Text("方案的目标函数减去它在基准路径上的值", "the plan's objective less its value on the reference path"),
    ),
    IndicatorSpec(
        "consumption", Text("居民消费", "Household consumption"), MONEY, "up", NOTHING, r"\sum_i C_i", build.consumption,
        activity=False,
    ),
    IndicatorSpec(
        "household_income", Text("劳动报酬", "Compensation of employees"), MONEY, "up", NOTHING,
        r"\sum_j \omega_j (x^0_j + (1+\lambda)\,x^1_j)", build.wages,
        remark=Text("核算不分居民所得的盈余，未计入", "the accounts do not tell what households get of the surplus; it is left out"),
    ),
    IndicatorSpec(
        "value_added", Text("增加值", "Value added"), MONEY, "up", NOTHING, r"\sum_j (1 - \sum_i a_{ij})\, x_j",
        build.value_added,
    ),
    IndicatorSpec("output", Text("总产出", "Gross output"), MONEY, "up", NOTHING, r"\sum_j x_j", build.output),
    IndicatorSpec(
        "manufacturing", Text("制造业增加值", "Value added of manufacturing"), MONEY, "up", Text("行业大类", "groups of sectors"),
        r"\sum_{j \in M} (1 - \sum_i a_{ij})\, x_j", build.manufacturing,
    ),
    IndicatorSpec(
        "manufacturing_share", Text("制造业占增加值比重", "Manufacturing share of value added"), "share", "up",
        Text("行业大类", "groups of sectors"), "manufacturing / value_added", build.manufacturing, build.value_added,
    ),
    IndicatorSpec(
        "emerging_share", Text("新兴行业占制造业产出比重", "Emerging share of manufacturing output"), "share", "up",
        Text("行业的官方类型（sectors.official_kind）", "official types of sectors (sectors.official_kind)"),
        r"\sum_{j \in E} x_j / \sum_{j \in M} x_j", build.emerging_output, build.manufacturing_output,
    ),
    IndicatorSpec(
        "chain_output", Text("产业链产出：{of}", "Output of the chain {of}"), MONEY, "up",
        Text("产业链环节份额（chain_stages）", "shares of stages (chain_stages)"), r"\sum_j s_{cj}\, x_j", build.chain_output,
        qualifier="required",
    ),
    IndicatorSpec(
        "jobs", Text("就业", "Jobs"), "persons", "up", Text("用工强度（uses，labour）", "jobs per output (uses, labour)"),
        r"\sum_j \ell_j (x^0_j + (1+\lambda)\,x^1_j)", build.jobs, counts=LABOUR,
        remark=Text("趋势增长视为劳动生产率的增长", "trend growth is taken as growth of output per worker"),
    ),
    IndicatorSpec("investment", Text("方案内投资", "Investment planned"), MONEY, "up", NOTHING,
        r"\sum_j \kappa_j (i^0_j + (1+\phi)\, i^1_j + \psi\, u_j)", build.investment,
    ),
    IndicatorSpec(
        "project_investment", Text("候选项目投资（基准路径之外）", "Spending on candidate projects beyond the reference"), MONEY, "up",
        Text("候选项目（projects；所有制见 ownership 列）", "candidate projects (projects; ownership is a column)"),
        r"\sum_p I_p\, (z_p - \bar z_p)\, s_{pt}", build.project_investment, qualifier="optional",
    ),
    IndicatorSpec(
        "research", Text("研发经费", "Spending on R&D"), MONEY, "up",
        Text("研发强度（uses，要素 rd）", "R&D per output (uses, resource rd)"), r"\sum_j \rho_j x_j", build.research,
        counts=RESEARCH,
    ),
    IndicatorSpec(
        "research_share", Text("研发经费占增加值比重", "R&D over value added"), "share", "up",
        Text("研发强度（uses，要素 rd）", "R&D per output (uses, resource rd)"), "research / value_added",
        build.research, build.value_added,
    ),
    IndicatorSpec(
        "taxes", Text("生产税净额（按生产地）", "Taxes on production, where produced"), MONEY, "up",
        Text("核算表的 taxes 行", "row taxes of the accounts"), r"\sum_j \theta_j x_j", build.taxes,
    ),
    IndicatorSpec("exports", Text("出口", "Exports"), MONEY, "up", TRADE_NEEDS, r"\sum_i e_i", build.exports, qualifier="optional"),
    IndicatorSpec("imports", Text("进口", "Imports"), MONEY, "down", TRADE_NEEDS, r"\sum_i m_i", build.imports, qualifier="optional"),
    IndicatorSpec(
        "foreign_trade", Text("进出口总额", "Foreign trade"), MONEY, "up", TRADE_NEEDS, r"\sum_i (e_i + m_i)",
        build.foreign_trade, qualifier="optional",
    ),
    IndicatorSpec("outflow", Text("流出国内其他地区", "Outflow to the rest of the nation"), MONEY, "up", NOTHING, r"\sum_i o_i", build.outflow),
    IndicatorSpec("inflow", Text("自国内其他地区流入", "Inflow from the rest of the nation"), MONEY, "down", NOTHING, r"\sum_i n_i", build.inflow),
    IndicatorSpec(
        "from_members", Text("自其他成员流入", "From other members"), MONEY, "up", NOTHING, r"\sum_{s,i} T_{sr,i}", build.from_members
    ),
    IndicatorSpec(
        "to_members", Text("流向其他成员", "To other members"), MONEY, "up", NOTHING, r"\sum_{s,i} T_{rs,i}", build.to_members
    ),
    IndicatorSpec(
        "import_dependence", Text("进口依存度", "Import dependence"), "share", "down",
        Text("指明产业链时需 chain_stages", "chain_stages, where a chain is named"),
        r"\sum_i s_{ci} m_i / \sum_i s_{ci} (x_i + m_i + n_i + T_{\cdot r,i} - e_i - o_i - T_{r \cdot,i})",
        build.chain_imports, build.chain_use, qualifier="optional",
    ),
    IndicatorSpec(
        "energy", Text("能源消费", "Energy use"), "resource/year", "down", USES_NEEDS, r"\sum_j \gamma_j (x^0_j + (1+\theta)\, x^1_j)",
        build.energy, counts="energy",
    ),
    IndicatorSpec(
        "co2", Text("二氧化碳排放", "CO2 emissions"), "resource/year", "down", USES_NEEDS, r"\sum_j \gamma_j (x^0_j + (1+\theta)\, x^1_j)",
        build.carbon, counts="co2",
    ),
    IndicatorSpec(
        "use", Text("要素使用", "Use of a resource"), "resource/year", "down", USES_NEEDS, r"\sum_j \gamma_j (x^0_j + (1+\theta)\, x^1_j)",
        build.resource, counts="of", qualifier="required",
    ),
    IndicatorSpec(
        "energy_intensity", Text("单位增加值能耗", "Energy per value added"), "resource/bn yuan", "down", USES_NEEDS,
        "energy / value_added", build.energy, build.value_added, counts="energy",
    ),
    IndicatorSpec(
        "carbon_intensity", Text("单位增加值碳排放", "CO2 per value added"), "resource/bn yuan", "down", USES_NEEDS,
        "co2 / value_added", build.carbon, build.value_added, counts="co2",
    ),
    IndicatorSpec(
        "upgraded_share", Text("升级技术占比", "Share made with upgraded technology"), "share", "up",
        Text("技术表", "technologies"), r"\sum_j x^1_j / \sum_j (x^0_j + x^1_j)",
        build.upgraded_output, build.upgradable_output, remark=Text("只计可升级的行业", "sectors that may upgrade"),
    ),
    IndicatorSpec(
        "output_by_ownership", Text("按所有制的产出：{of}", "Output by ownership: {of}"), MONEY, "up",
        Text("分所有制的核算", "accounts by ownership"), "no data", build.ownership, qualifier="optional",
    ),
)  # fmt: skip

INDICATORS: dict[str, IndicatorSpec] = {spec.code: spec for spec in _SPECS}
"""Every indicator by code, in the order in which they are shown. ``spread:<code>`` is made of any amount of them."""

SPREAD_TITLE = Text("地区人均差距：{of}", "Gap per resident between members: {of}")
SPREAD_NEEDS = Text("常住人口（endowments，要素 population）", "residents (endowments, resource population)")
SPREAD_FORMULA = r"\max_r f_r / P_r - \min_r f_r / P_r"


def refuse_unknown(indicator: str, **place: Any) -> None:
    """Refuse an indicator that is not in the registry, or whose qualifier does not fit (``E-PLN-51``).

    Parameters
    ----------
    indicator : str
        Code, with its qualifier after a colon.
    **place
        Table, row and column where it stands, for the message.
    """
    base, _, of = indicator.partition(":")
    if base == SPREAD and of:
        refuse_unknown(of, **place)
        return
    spec = INDICATORS.get(base)
    if spec is None or (of and not spec.qualifier) or (not of and spec.qualifier == "required"):
        near = suggest(indicator, [*INDICATORS, f"{SPREAD}:consumption"])
        raise HaiheError("E-PLN-51", value=indicator, near=Text(f"（{near.zh}）", f" ({near.en})"), **place)
