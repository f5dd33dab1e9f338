"""Tables of what regions agree to share: agreements, and where a split of permits starts from."""

from haihe.messages import Text
from haihe.region.spec import TableSpec, choice, code, codes, evidence, names, note, number, text

AGREEMENTS = TableSpec(
    "agreements",
    Text("协同约定", "agreements"),
    Text(
        "各地约定共享什么：碳指标、能源、劳动力流动、实验设施、用地指标、资金申报资格、贸易与通道。一行一件事。",
        "What regions agree to share: permits, energy, mobility of labour, facilities, land quotas, access to funds, trade "
        "and corridors. One thing a row.",
    ),
    (
        code(
            "agreement",
            "约定代码",
            "agreement",
            ("同一约定的各行相同", "The same in all rows of one agreement."),
            key=True,
        ),
        code("thing", "事项代码", "thing", ("约定内唯一", "Unique in the agreement."), key=True),
        *names(),
        choice(
            "kind",
            "方式",
            "kind",
            (
                "permits：成员间调剂某上限的指标；pool：统筹某要素的拥有量；transfers：按要素调剂表的上限和成本调剂；"
                "trade：成员间贸易可改道；links：共用港口与对外通道的能力；labour：劳动力流动；finance：统筹对外收支；"
                "funds：成员的项目可互相申报专项资金",
                "permits: members hand each other permits of a cap; pool: they pool what they have of a resource; transfers: "
                "they move a resource within the limits and at the costs of the table transfers; trade: trade among members "
                "may be re-routed; links: they share the capacity of ports and of links that lead out; labour: labour may "
                "move; finance: they pool the balance of payments; funds: projects of all may apply to the funds of each.",
            ),
            {
                "permits": "指标调剂",
                "pool": "要素统筹",
                "transfers": "要素调剂",
                "trade": "贸易改道",
                "links": "通道共用",
                "labour": "劳动力流动",
                "finance": "收支统筹",
                "funds": "资金互认",
            },
            required=True,
        ),
        codes(
            "of",
            "对象",
            "of",
            (
                "代码，分号隔开：permits 为限制，pool、transfers 为要素，links 为通道，funds 为专项资金；* 为全部",
                "Codes joined by ;: limits for permits, resources for pool and transfers, links for links, funds for funds; "
                "* for all.",
            ),
            default="*",
        ),
        codes(
            "members",
            "参加方",
            "members",
            ("参加的地区代码，分号隔开；* 为全部成员", "Regions that take part, joined by ;; * for all members."),
            ref="regions.region",
            default="*",
        ),
        number(
            "most",
            "最多给出",
            "most given",
            (
                "每个成员最多给出自己拥有量的几成；空为不限。只用于 permits、pool、labour",
                "Most that a member gives of its own amount; empty: no limit. For permits, pool and labour only.",
            ),
            "share",
            minimum=0,
            maximum=1,
        ),
        number(
            "cost",
            "达成代价",
            "cost",
            (
                "谈成并执行这一事项的一次性代价（亿元），用来找最省的组合；空为按一件计",
                "What it costs once to agree on and run this thing, 亿元, to find the cheapest package; empty: each counts one.",
            ),
            "亿元",
            minimum=0,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("协同收益", "coalition"),
)

ALLOCATIONS = TableSpec(
    "allocations",
    Text("初始分配", "allocations"),
    Text(
        "指标最初按什么分给各成员：同比例、人均、增加值，或写明份额。同一方案的多行按权重相加。",
        "What permits are first handed out by: equal percentage, heads, value added, or stated shares. Rows of one allocation "
        "add up by their weights.",
    ),
    (
        code(
            "allocation", "分配代码", "allocation", ("同一分配方案的各行相同", "The same in all rows of one."), key=True
        ),
        choice(
            "by",
            "依据",
            "by",
            (
                "reference：基准路径上的使用量（各地同比例削减）；residents：常住人口；value_added：增加值；stated：写明的份额",
                "reference: use on the reference path (equal percentage cuts); residents: heads; value_added: value added; "
                "stated: as stated.",
            ),
            {"reference": "同比例", "residents": "人均", "value_added": "增加值", "stated": "写明份额"},
            key=True,
        ),
        codes(
            "region",
            "地区",
            "region",
            ("stated 时写一个成员，其余写 *", "A member where stated, else *."),
            ref="regions.region",
            key=True,
        ),
        *names(),
        text(
            "limits",
            "限制",
            "limits",
            ("限制代码，分号隔开；* 为全部可调剂的上限", "Caps joined by ;; * for all that are pooled."),
            default="*",
        ),
        number(
            "weight",
            "权重",
            "weight",
            ("本行的权重；stated 时为该成员的份额", "Weight of the row; where stated, the share of the member."),
            "share",
            minimum=0,
            default=1.0,
        ),
        number(
            "full_year",
            "到位年份",
            "full year",
            (
                "自首年按基准路径起，逐年靠拢，到这一年完全按此分配；空为首年即按此",
                "Year from which it holds in full; it moves there in a straight line from the reference path in the first year. "
                "Empty: at once.",
            ),
            "year",
            minimum=1900,
            maximum=2100,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("协同收益", "coalition"),
)

JOINT_PROJECTS = TableSpec(
    "joint_projects",
    Text("共建项目", "joint projects"),
    Text(
        "几个成员共建共用的园区、泊位、实验室、线路：花多少钱，建在哪里，产出记在哪里之前的数量。",
        "Parks, berths, laboratories, lines that several members build and use together: what they cost, where they stand, and "
        "what they yield before anybody counts it.",
    ),
    (
        code("project", "项目代码", "project", ("唯一", "Unique."), key=True),
        *names(),
        code(
            "site", "所在地", "site", ("所在成员", "The member where it stands."), ref="regions.region", required=True
        ),
        choice(
            "form",
            "成本形式",
            "form",
            (
                "largest：按用户中最大的需要建（线路、泊位等级）；adds：按需要之和建（园区面积、机时）",
                "largest: built for the largest need of its users (a line, the class of a berth); adds: built for the sum of "
                "needs (area of a park, machine hours).",
            ),
            {"largest": "按最大需要", "adds": "按需要之和"},
            required=True,
        ),
        number(
            "fixed_cost",
            "固定成本",
            "fixed cost",
            ("只要建就有，一次性，亿元", "Paid once, if it is built at all, 亿元."),
            "亿元",
            minimum=0,
            required=True,
        ),
        number(
            "unit_cost",
            "单位成本",
            "unit cost",
            ("每单位需要，一次性，亿元", "A unit of need, paid once, 亿元."),
            "亿元",
            minimum=0,
            required=True,
        ),
        number(
            "output",
            "产出",
            "output",
            ("建成后每年总产出，亿元", "Gross output a year once it runs, 亿元."),
            "亿元",
            minimum=0,
        ),
        number("tax", "税收", "tax", ("建成后每年税收，亿元", "Tax a year once it runs, 亿元."), "亿元", minimum=0),
        number(
            "energy", "能耗", "energy", ("建成后每年能耗，tce", "Energy a year once it runs, tce."), "tce", minimum=0
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("协同收益", "coalition"),
)

JOINT_USERS = TableSpec(
    "joint_users",
    Text("共建项目用户", "users of joint projects"),
    Text(
        "谁用共建项目、需要多少、值多少。",
        "Who uses a joint project, how much of it, and what it is worth to the user.",
    ),
    (
        code("project", "项目代码", "project", ("共建项目", "Joint project."), ref="joint_projects.project", key=True),
        code("member", "成员", "member", ("用户", "User."), ref="regions.region", key=True),
        number(
            "need",
            "需要量",
            "need",
            ("与单位成本同一单位", "In the unit of the unit cost."),
            "1",
            minimum=0,
            required=True,
        ),
        number(
            "benefit",
            "收益",
            "benefit",
            (
                "对该成员的收益，全寿命期折现合计（不是每年），亿元，与一次性成本同口径；全部用户都填时，不值得的用户可不用；否则只分摊成本",
                "What it is worth to the member, discounted total over its life (not a year), 亿元, counted like the one-off "
                "cost; where all users state it a user may stay out, else only the cost is shared.",
            ),
            "亿元",
            minimum=0,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("协同收益", "coalition"),
)

CONVENTIONS = TableSpec(
    "conventions",
    Text("统计口径", "conventions of counting"),
    Text(
        "共建项目的产出、税收、能耗记在谁名下：约定按什么分、分多少，其余记在所在地。一行一个指标。",
        "Who counts output, tax and energy of joint projects: shared by what, and how much; the rest is counted where the "
        "project stands. One figure a row.",
    ),
    (
        code("convention", "口径代码", "convention", ("同一口径的各行相同", "The same in all rows of one."), key=True),
        choice(
            "figure",
            "指标",
            "figure",
            ("output 产出，tax 税收，energy 能耗", "output, tax or energy."),
            {"output": "产出", "tax": "税收", "energy": "能耗"},
            key=True,
        ),
        *names(),
        choice(
            "by",
            "依据",
            "by",
            (
                "site：全部记在所在地；cost：按成本分摊额；need：按需要量；equal：用户均分",
                "site: all where it stands; cost: by what each pays; need: by needs; equal: alike among users.",
            ),
            {"site": "所在地", "cost": "成本分摊", "need": "需要量", "equal": "均分"},
            required=True,
        ),
        number(
            "share", "分出比例", "share", ("按依据分的部分；其余记在所在地", "The part shared so; the rest stays at the site."),
            "share", minimum=0, maximum=1, default=1.0,
        ),
        *evidence(unit=False),
        note(),
    ),
    Text("协同收益", "coalition"),
)  # fmt: skip
