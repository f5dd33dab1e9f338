"""Words that stand under every figure of shares: what is counted, what leaving means, how sure it is."""

from haihe.messages import Text
from haihe.planning.assumptions import Assumptions

OUTSIDE = Text(
    "算法：与联盟外成员的往来保持在基准路径上；与国内其他地区和境外的往来按各自的弹性曲线，与谁参加联盟无关。",
    "How it is counted: trade with members outside a coalition stays at the reference path; trade with the rest of the nation "
    "and abroad follows its own elastic curves, whoever is in the coalition.",
)
"""What leaving means in these numbers."""
UNSURE = Text(
    "区间（弹性 ε 减半与加倍；成员间流动取上下限，含距离指数 β）未在此计算，请运行 haihe share --bands；金额只应与其区间一起引用。",
    "Bands (elasticities ε halved and doubled; flows among members at the ends of their band, which covers the distance exponent β) "
    "were not worked out here: run haihe share --bands. Quote no amount without its band.",
)
BANDED = Text(
    "区间含弹性 ε 减半与加倍、成员间流动取上下限（含距离指数 β），在所列初始分配下逐一重新求解；不是置信区间。",
    "Bands cover elasticities ε halved and doubled and flows among members at the ends of their band (which covers the distance "
    "exponent β), solved again under each first allocation listed; they are no confidence intervals.",
)
OWEN_MEANS = Text(
    "欧文点按影子价格付给各地所提供的东西：条件成立时没有人退出更合算；成本与市价相近的大卖方所得很少，稳定而未必显得公平。",
    "The Owen point pays each for what it brings at shadow prices: where its conditions hold nobody does better by leaving; a large "
    "seller whose cost is near the price gets little. It is stable, and may not look fair.",
)
SHAPLEY_MEANS = Text(
    "沙普利值按平均贡献：各地以任意先后次序加入时平均带来多少就得多少；看重少了谁不行，但不保证没有人想退出。",
    "The Shapley value pays average contributions: what each brings on average over all orders of joining. It counts who is needed, "
    "and does not make sure that nobody would rather leave.",
)
LEAVING = Text(
    "正数：该联盟自己干比在此分法下多得这么多，会想退出；负数：退出要损失这么多。",
    "Above 0: the coalition would gain so much by leaving; below 0: it would lose so much.",
)
PLACED = Text(
    "“结算前”与应付额属于这一个共同方案：在同样好的方案中取各方相互调剂之和最小的一个（按程序的单位）；另取一个，谁付谁会变，各方最后得到多少不变。",
    "What is gained before payments, and so the payments, belong to this joint plan: of all that are equally good the one that moves "
    "least between members (in the program's units). With another one who pays would change; what members end with would not.",
)
FLOWS = Text(
    "价格为多得一单位的价值；价格为零的调剂不列。对外收支统筹是可用于对外支付的资金，一方多用、另一方少用；其得失已计入“结算前的得失”，"
    "所以台账“谁付给谁”不再另列，只付其余。",
    "The price is what one more unit is worth; what moves at a price of 0 is not listed. Pooled external finance is money for payments "
    "abroad that one member uses in place of another: its worth stands in the gains before payments, so the ledger of who pays whom "
    "does not list it again and pays the rest only.",
)
DISCOUNTED = Text(
    "规划期内逐年贴现的累计值，基年价格；与各自单独承担限制相比。谈判与执行的代价未计入。",
    "Discounted totals over the horizon at base-year prices, against everybody alone. What bargaining and running it cost is not "
    "counted.",
)


def outlook_of(s: Assumptions) -> list[Text]:
    """Say which year is the last of the plan and which are an outlook; nothing where there is none."""
    later = [(year, int(span)) for year, span in zip(s.years, s.steps, strict=True) if year > s.last_year]
    if not later:
        return []
    zh = "、".join(f"{year} 年为展望（代表 {span} 年）" for year, span in later)
    en = ", ".join(f"{year} is an outlook (stands for {span} years)" for year, span in later)
    return [Text(f"{s.last_year} 年为规划末年，{zh}。", f"{s.last_year} is the last year of the plan, {en}.")]
