"""What the pictures of the docs show: screens of the workspace and parts of the report, each with its words.

`gallery.py` takes the screens, `pictures.py` the parts, `policy_page.py` names them by clause.
"""

from dataclasses import dataclass

from haihe.messages import Text

FIRST = "table.list tbody a"
"""Link of the first record of a list."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One screen: its name, who looks, at which address, and what it shows."""

    name: str
    who: str
    path: str
    shows: Text
    clicks: tuple[str, ...] = ()
    """Selectors of links that are followed first."""
    at: str = ""
    """Selector of what stands at the top of the picture, where that is not the page's head."""


@dataclass(frozen=True, slots=True)
class Part:
    """One figure or table of the example's report: the picture's name, its mark in the page, and what it shows."""

    name: str
    mark: str
    shows: Text


SHOTS = (
    Shot("start", "wang", "/", Text("起始页：等我办理的事", "The start page: what waits for me")),
    Shot("dashboard", "wang", "/dashboards/", Text("看板：按角色给出的图表", "The dashboard of a role"), at=".figure"),
    Shot(
        "documents",
        "wang",
        "/duties/documents/TARGETS",
        Text("计划文件中的目标，各有来源与质量", "Targets of a plan document, each with source and quality"),
    ),
    Shot("matrix", "wang", "/duties/matrix", Text("职责矩阵：谁在何时之前做什么", "Who does what by when")),
    Shot("months", "wang", "/months/", Text("月度运行：红黄绿灯及其规则", "The month: lights, with the rule of each")),
    Shot("problems", "wang", "/problems/board", Text("重大问题看板", "The board of major problems")),
    Shot(
        "chains",
        "wang",
        "/chains/",
        Text("产业链看板：集成电路的三张清单", "A chain board: the three lists of integrated circuits"),
        ("tr:has(td:text-is('IC')) a",),
    ),
    Shot(
        "projects",
        "wang",
        "/projects/boards",
        Text("项目看板：从接洽到投产", "Projects from contact to production"),
        (FIRST,),
    ),
    Shot("requests", "wang", "/data/requests", Text("向各区收集数据", "Asking the districts for data"), (FIRST,)),
    Shot("rounds", "wang", "/rounds/", Text("资金批次", "A round of a fund"), (FIRST,)),
    Shot(
        "articles",
        "wang",
        "/rounds/",
        Text(
            "批次适用的条款：条件、比例、限额、分担，以及办法文件",
            "The articles of a round, and the scheme file itself",
        ),
        (FIRST, "a[href$='/articles']"),
    ),
    Shot(
        "money",
        "wang",
        "/rounds/awards",
        Text("资金去向：从条款到拨付", "Where the money went, back to its article"),
        (FIRST,),
    ),
    Shot("meetings", "wang", "/meetings/", Text("领导小组会议", "A session of the leading group"), (FIRST,)),
    Shot(
        "scenarios",
        "wang",
        "/scenarios/",
        Text("情景：改了哪些单元格，为什么", "A scenario: which cells it changes, and why"),
        (FIRST,),
    ),
    Shot(
        "transfers",
        "wang",
        "/neighbours/transfers",
        Text("转移承接清单：双方同意后冻结", "A list of transfers, frozen once both sides agree"),
        (FIRST,),
    ),
    Shot(
        "ledgers",
        "wang",
        "/neighbours/ledgers",
        Text("迁移企业税收分享台账：谁付给谁", "The ledger of shared tax of moved firms: who pays whom"),
        (FIRST,),
        at="main h2 >> nth=1",
    ),
    Shot("history", "sun", "/audit", Text("审计：每一次改动", "The audit: every change")),
)

PARTS = (
    Part("front", "figure-front", Text("碳排放上限每收紧一步的代价", "What each further cut of the carbon cap costs")),
    Part(
        "bottlenecks",
        "table-plan-bottlenecks",
        Text("瓶颈：值多少、到何时为止、下一个是什么", "Bottlenecks: worth, until when, what binds next"),
    ),
    Part(
        "districts",
        "table-plan-districts",
        Text("各区配套：所需、财力与约束", "Matching by districts: needs, money, limits"),
    ),
    Part(
        "weak-links",
        "table-chain-weak-BIOMED",
        Text("生物医药最弱的环节及原因", "The weakest links of biomedicine, and why"),
    ),
    Part(
        "fates",
        "table-fates-TJ-TEX",
        Text("天津市纺织品：改造、维持还是退出", "Textiles in Tianjin: upgrade, keep or exit"),
    ),
    Part("halts", "figure-chain-halts-home", Text("各链停产使各地损失的增加值", "What a halt of each chain costs")),
    Part("car-plant", "figure-stress-car-plant-course", Text("龙头整车厂停产的过程", "An anchor car plant stops")),
    Part("chain-map", "figure-chain-map-IC", Text("集成电路产业链图", "The map of the chain of integrated circuits")),
    Part(
        "likeness",
        "figure-structure-similarity-pairs",
        Text("三地产业结构有多相似", "How alike the three structures are"),
    ),
    Part("shared", "figure-share-things-drawn", Text("协同收益来自哪一项", "Which shared thing the gain comes from")),
    Part(
        "laboratory", "figure-joint-J-LAB", Text("共享中试实验室：谁付多少", "A shared pilot laboratory: who pays what")
    ),
    Part(
        "port",
        "figure-plan-freight-BJ+TJ+HE-AB-TEU",
        Text("港口集装箱：货量与能力", "Containers at the port: freight and room"),
    ),
    Part(
        "roles", "table-plan-roles", Text("各地功能定位与反映它的指标", "Roles, and the indicator that speaks for each")
    ),
    Part(
        "scarcity",
        "figure-plan-scarcity",
        Text("能源、用水、实验机时：需要占拥有量的比例", "Energy, water, laboratory hours: need over what there is"),
    ),
    Part("ownership", "table-plan-ownership", Text("按所有制：建成与资金", "By ownership: built, and whose money")),
    Part(
        "unpaid",
        "figure-fiscal-short-land-72",
        Text("土地收入减少时，各区哪些承诺付不出", "What districts cannot pay with less from land"),
    ),
    Part(
        "dependence", "figure-chain-dependence", Text("各链靠谁：完全含量", "On whom each chain depends: total content")
    ),
)

WORDS = {shot.name: shot.shows for shot in SHOTS} | {part.name: part.shows for part in PARTS}
"""What each picture of the gallery shows, by its name."""
