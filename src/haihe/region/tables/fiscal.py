"""Tables of fiscal and financial stress: revenue paths, promises to pay, who owes whom, what funds hold."""

from haihe.messages import Text
from haihe.region.spec import TableSpec, choice, code, evidence, names, note, number, text, year

STRESS = Text("财政与金融压力", "fiscal and financial stress")

FISCAL_PATHS = TableSpec(
    "fiscal_paths",
    Text("财政收入情景", "revenue paths"),
    Text(
        "各情景下某类收入实际到位占预算的比例；没有写明的按预算足额到位。预算数在“财政”表。",
        "Share of the budget that comes in of a kind of revenue on each path; where nothing is said, all of it. The budget "
        "stands in the table finances.",
    ),
    (
        text("path", "情景", "path", ("情景代码", "Code of the path."), key=True),
        code(
            "region",
            "地区",
            "region",
            (
                "地区；下级地区没有自己的行时沿用上级",
                "Region; one without rows of its own takes those of the region above.",
            ),
            ref="regions.region",
            key=True,
        ),
        choice(
            "item",
            "收入类别",
            "item",
            (
                "一般公共预算收入、上级转移支付、土地出让（政府性基金）收入，与“财政”表的项目同名",
                "General revenue, transfers from above, land revenue (government funds); items of the table finances.",
            ),
            {"revenue": "一般公共预算收入", "transfers": "上级转移支付", "land_revenue": "土地出让收入"},
            key=True,
        ),
        year(),
        number(
            "share",
            "到位比例",
            "share",
            ("实际到位占预算", "Of the budget, what comes in."),
            "share",
            minimum=0,
            required=True,
        ),
        *evidence(unit=False),
        note(),
    ),
    STRESS,
)

PROMISES = TableSpec(
    "promises",
    Text("支付承诺", "promises to pay"),
    Text(
        "地区当年应付的各项支出及其支付次序；收入不够时次序靠后的先断。",
        "What a region is to pay in a year and in which order; where revenue falls short, those last in order break first.",
    ),
    (
        code("region", "地区", "region", ("付款地区", "Region that pays."), ref="regions.region", key=True),
        code("promise", "承诺代码", "promise", ("地区内唯一", "Unique in the region."), key=True),
        *names(),
        choice(
            "kind",
            "类别",
            "kind",
            (
                "三保、付息、还本、消化暂付款、资金配套、基金出资或其他",
                "Basic duties (livelihoods, wages, running costs), interest, repayment, clearing suspended payments, matching "
                "of funds, capital of guidance funds, or other.",
            ),
            {
                "basic": "三保",
                "interest": "付息",
                "principal": "还本",
                "suspended": "消化暂付款",
                "matching": "资金配套",
                "fund": "基金出资",
                "other": "其他",
            },
            required=True,
        ),
        code("fund", "资金", "fund", ("配套或出资的资金", "Fund that is matched or paid into."), ref="funds.fund"),
        year(),
        number("value", "金额", "value", ("当年应付", "To be paid in the year."), "@unit", minimum=0, required=True),
        number(
            "order",
            "支付次序",
            "order of payment",
            ("1 最先付；同次序按比例", "1 is paid first; the same order shares in proportion."),
            "1",
            minimum=1,
            required=True,
        ),
        *evidence(),
        note(),
    ),
    STRESS,
)

HOLDERS = TableSpec(
    "holders",
    Text("主体资产", "assets of debtors"),
    Text(
        "债务网络中各主体的资产与权益：除对其他主体的债权以外的资产，按类别。",
        "What each member of the network of debts holds besides its claims on other members, by kind, and its equity.",
    ),
    (
        code("holder", "主体代码", "holder", ("本表内唯一的主体", "Code of the member."), key=True),
        *names(),
        code("region", "地区", "region", ("所在地区", "Where it is."), ref="regions.region"),
        code(
            "item",
            "类别",
            "item",
            (
                "equity 为权益，cash 为现金；其他代码为资产类别，同一类别的资产价格一起涨跌",
                "equity; cash; any other code is a kind of asset, whose price is the same for all.",
            ),
            key=True,
        ),
        year(),
        number("value", "金额", "value", ("金额", "Amount."), "@unit", required=True),
        *evidence(),
        note(),
    ),
    STRESS,
)

OBLIGATIONS = TableSpec(
    "obligations",
    Text("债务与担保", "obligations"),
    Text("谁欠谁、谁为谁担保。", "Who owes whom, and who guarantees whose debts."),
    (
        code("obligation", "债务代码", "obligation", ("本表内唯一", "Unique in this table."), key=True),
        code(
            "debtor",
            "债务人或担保人",
            "debtor",
            ("欠款或提供担保的主体", "Who owes or guarantees."),
            ref="holders.holder",
            required=True,
        ),
        code(
            "creditor",
            "债权人或被担保人",
            "creditor",
            ("收款主体，或被担保的主体；留空为网络以外", "Who is owed or guaranteed; empty: outside the network."),
            ref="holders.holder",
        ),
        choice(
            "kind",
            "类别",
            "kind",
            ("贷款、债券、应付账款或担保", "Loan, bond, payable or guarantee."),
            {"loan": "贷款", "bond": "债券", "payable": "应付账款", "guarantee": "担保"},
            required=True,
        ),
        year(key=True),
        number(
            "value",
            "金额",
            "value",
            ("余额；担保为最高额", "Outstanding; of a guarantee the most."),
            "@unit",
            minimum=0,
            required=True,
        ),
        *evidence(),
        note(),
    ),
    STRESS,
)

FUND_HOLDINGS = TableSpec(
    "fund_holdings",
    Text("基金投资", "fund holdings"),
    Text(
        "引导基金投了什么：项目或企业、产业链、地区与金额。",
        "What guidance funds invested in: project or firm, chain, region, money.",
    ),
    (
        code("fund", "基金", "fund", ("基金", "Fund."), ref="funds.fund", key=True),
        code("holding", "投资代码", "holding", ("基金内唯一", "Unique in the fund."), key=True),
        text(
            "target",
            "被投对象",
            "target",
            ("企业或项目；同名视为同一对象", "Firm or project; the same name is the same one."),
            required=True,
        ),
        code("chain", "产业链", "chain", ("所属产业链", "Chain it belongs to."), ref="chains.chain"),
        code("region", "地区", "region", ("所在地区", "Where it is."), ref="regions.region"),
        year(),
        number(
            "value",
            "投资额",
            "value",
            ("至当年末的投资", "Invested by the end of the year."),
            "@unit",
            minimum=0,
            required=True,
        ),
        *evidence(),
        note(),
    ),
    STRESS,
)
