"""Words that stand under every figure of shares: what is counted, what leaving means, how sure it is."""

from haihe.messages import Text

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
    "“未结算前”与应付额属于这一个共同方案：同样好的方案可把收益放在别处；各方最后得到多少与此无关。",
    "What is gained before payments, and so the payments, belong to this joint plan; an equally good one may place gains elsewhere. "
    "What members end with does not depend on it.",
)
DISCOUNTED = Text(
    "规划期内逐年贴现的累计值，基年价格；与各自单独承担限制相比。谈判与执行的代价未计入。",
    "Discounted totals over the horizon at base-year prices, against everybody alone. What bargaining and running it cost is not "
    "counted.",
)
