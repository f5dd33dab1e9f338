"""What may be done with rounds, applications and awards, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action(
    "rounds.read", Text("查看批次与本单位申报", "read rounds and applications"), READERS | {"applicant"}
)
INSIDE = declare_action("rounds.inside.read", Text("查看评审与排序", "read reviews and rankings"), READERS)
MONEY = declare_action("rounds.money.read", Text("查看批次资金与追溯", "read the money of rounds"), READERS)
INSPECT = declare_action("rounds.inspect", Text("审查评审意见", "inspect every review"), {"auditor"})
KEEP = declare_action("rounds.keep", Text("发布批次、组织评审", "call rounds and run them"), {"planner"})
APPLY = declare_action("rounds.apply", Text("申报", "apply"), {"applicant"})
RECOMMEND = declare_action(
    "rounds.recommend", Text("推荐申报并承诺配套", "recommend and promise matching"), {"approver"}
)
REVIEW = declare_action("rounds.review", Text("评审申报", "review applications"), {"reviewer"})
RANK = declare_action("rounds.rank", Text("审核资格、排序", "check and rank"), {"planner"})
AWARD = declare_action("rounds.award", Text("决定立项", "award"), {"planner", "approver"})
OBJECT = declare_action("rounds.object", Text("提出异议", "object"), {"applicant"})
ANSWER = declare_action("rounds.answer", Text("答复异议", "answer objections"), {"planner"})
PAY = declare_action("rounds.pay", Text("拨付资金", "pay awards"), {"finance"})

CHECK = declare_action("rounds.check", Text("核查绩效与验收材料", "check performance reports"), {"planner", "reviewer"})
ACCEPT = declare_action("rounds.accept", Text("验收", "accept performance reports"), {"planner", "approver"})
CLAIM = declare_action(
    "rounds.claim", Text("拟定追回、核减支持资金", "prepare clawbacks, release support"), {"planner"}
)
SETTLE = declare_action("rounds.settle", Text("批准追回支持资金", "approve clawbacks"), {"planner", "approver"})
