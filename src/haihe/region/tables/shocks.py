"""Tables of shocks: scenarios, and what happens in each of them."""

from haihe.messages import Text
from haihe.region.spec import Column, TableSpec, choice, code, codes, evidence, names, note, number, text

SERVES = Text("冲击推演", "stress")

KINDS = {
    "capacity": "产能损失",
    "capital": "资产损毁",
    "demand": "需求变化",
    "exports": "出口受阻",
    "imports": "进口或调入受阻",
    "link": "通道中断",
    "port": "港口停运",
    "energy": "能源限供",
    "price": "价格上涨",
    "firm": "企业停产",
    "stage": "环节停产",
}
"""What can happen."""

CURVES = {
    "none": "一次恢复",
    "linear": "匀速恢复",
    "concave": "先慢后快",
    "convex": "先快后慢",
    "exponential": "指数恢复",
}
"""Paths on which what was lost comes back."""


def _days(name: str, zh: str, en: str, about: tuple[str, str], default: float | None) -> Column:
    return number(name, zh, en, about, "days", minimum=0, maximum=3650, default=default)


SHOCKS = TableSpec(
    "shocks",
    Text("冲击情景", "shocks"),
    Text(
        "每个情景一行；发生的事情逐条写在“冲击事件”表。",
        "One row a scenario; what happens in it stands in the table shock_events.",
    ),
    (
        code("shock", "情景代码", "shock", ("情景代码", "Code of the scenario."), key=True),
        *names(),
        *evidence(unit=False),
        note(),
    ),
    SERVES,
)

SHOCK_EVENTS = TableSpec(
    "shock_events",
    Text("冲击事件", "shock events"),
    Text(
        "情景中发生的每件事：何类、何地、何行业、多大、何时开始、持续多久、如何恢复。未写地区或行业的指全部。",
        "Everything that happens in a scenario: what, where, which sectors, how large, when, for how long, how it comes back. "
        "No region or no sector named means all.",
    ),
    (
        code("shock", "情景代码", "shock", ("所属情景", "Scenario it belongs to."), key=True, ref="shocks.shock"),
        code("event", "事件代码", "event", ("事件代码，在情景内唯一", "Code, of its own in the scenario."), key=True),
        *names(),
        choice("kind", "类别", "kind", ("发生了什么", "What happens."), KINDS, required=True),
        codes(
            "regions",
            "地区",
            "regions",
            (
                "受影响的地区；没有自己核算的区按“各区份额”折算",
                "Regions hit; a district without accounts of its own counts by the table district_shares.",
            ),
            ref="regions.region",
        ),
        codes("sectors", "行业", "sectors", ("受影响的行业", "Sectors hit."), ref="sectors.sector"),
        codes("to_regions", "收货地区", "receivers", ("通道的收货地区", "Receivers, of a link."), ref="regions.region"),
        choice(
            "partner",
            "伙伴",
            "partner",
            ("进口或调入来自哪里；未写为两者", "Where supplies come from; both where empty."),
            {"abroad": "境外", "elsewhere": "国内其他地区"},
        ),
        code("link", "通道", "link", ("中断的通道或停运的港口", "Link or port that is closed.")),
        code("product", "能源", "energy", ("限供的能源行业", "Energy sector that is rationed."), ref="sectors.sector"),
        code("chain", "产业链", "chain", ("停产环节所在的链", "Chain of the stage."), ref="chains.chain"),
        code("stage", "环节", "stage", ("停产的环节", "Stage that stops.")),
        code("enterprise", "企业", "firm", ("停产的企业", "Firm that stops."), ref="enterprises.enterprise"),
        number(
            "amount",
            "幅度",
            "size",
            (
                "损失的比例，1 为全部；需求与出口为负表示增加；价格为上涨的比例；资产损毁为金额",
                "Share lost, 1 for all; negative demand or exports rise; rise of a price; money for capital destroyed.",
            ),
            "@unit",
            required=True,
        ),
        Column(
            "unit",
            "unit",
            Text("单位", "unit"),
            Text("幅度的单位：比例写 share，资产损毁写金额单位", "Of the size: share, or money for capital."),
            default="share",
        ),
        _days("start", "开始日", "start", ("第几天开始，0 为第一天", "Day on which it begins, 0 the first."), 1.0),
        _days("duration", "持续天数", "duration", ("完全受影响的天数", "Days in full force."), 1.0),
        choice("recovery", "恢复方式", "recovery", ("如何恢复", "How it comes back."), CURVES, default="none"),
        _days("recovery_days", "恢复天数", "recovery days", ("恢复所需天数", "Days of recovery."), 0.0),
        codes(
            "rebuild_sectors",
            "重建行业",
            "rebuilding sectors",
            ("承担重建的行业，均分", "Sectors that rebuild, in equal parts."),
            ref="sectors.sector",
        ),
        _days(
            "rebuild_days",
            "重建天数",
            "rebuilding days",
            ("重建的特征时间", "Characteristic time of rebuilding."),
            None,
        ),
        number(
            "pass_through",
            "传导率",
            "pass-through",
            ("涨价有多大比例向下游传导", "Share of higher costs that is passed on."),
            "share",
            minimum=0,
            maximum=1,
            default=1.0,
        ),
        text("reason", "依据", "reason", ("为何这样设定", "Why it is set so.")),
        *evidence(unit=False),
        note(),
    ),
    SERVES,
)
