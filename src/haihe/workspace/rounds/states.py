"""States of rounds, applications and reviews: what they are called and how they are marked."""

from haihe.messages import Text

DRAFT, OPEN, REVIEWING, RANKED, LISTED, DECIDED = "draft", "open", "reviewing", "ranked", "listed", "decided"
ROUND_STATES = {
    DRAFT: Text("拟稿", "being prepared"),
    OPEN: Text("申报中", "open for applications"),
    REVIEWING: Text("审核评审中", "being checked and reviewed"),
    RANKED: Text("已排序，待公示", "ranked, to be published"),
    LISTED: Text("公示中", "published, open to objections"),
    DECIDED: Text("已立项", "awarded"),
}
ROUND_MARKS = {DRAFT: "wait", OPEN: "warn", REVIEWING: "warn", RANKED: "warn", LISTED: "warn", DECIDED: "good"}

SUBMITTED, RECOMMENDED, NOT_RECOMMENDED = "submitted", "recommended", "not_recommended"
ELIGIBLE, INELIGIBLE, UNDECIDED, REVIEWED = "eligible", "ineligible", "undecided", "reviewed"
NOT_LISTED, OBJECTED, AWARDED, REFUSED, WITHDRAWN = "not_listed", "objected", "awarded", "refused", "withdrawn"
APPLICATION_STATES = {
    DRAFT: Text("草稿", "draft"),
    SUBMITTED: Text("已提交，待区推荐", "handed in, waits for the district"),
    RECOMMENDED: Text("区已推荐", "recommended"),
    NOT_RECOMMENDED: Text("区未推荐", "not recommended"),
    ELIGIBLE: Text("符合条件", "eligible"),
    INELIGIBLE: Text("不符合条件", "not eligible"),
    UNDECIDED: Text("缺少数据，无法判定", "undecided for want of data"),
    REVIEWED: Text("已评审", "reviewed"),
    RANKED: Text("已排序", "ranked"),
    LISTED: Text("公示拟立项", "published for award"),
    NOT_LISTED: Text("未列入公示", "not on the published list"),
    OBJECTED: Text("有异议", "objected to"),
    AWARDED: Text("已立项", "awarded"),
    REFUSED: Text("未立项", "not funded"),
    WITHDRAWN: Text("已撤回", "withdrawn"),
}
APPLICATION_MARKS = {
    DRAFT: "wait", SUBMITTED: "warn", RECOMMENDED: "warn", NOT_RECOMMENDED: "bad", ELIGIBLE: "warn", INELIGIBLE: "bad",
    UNDECIDED: "warn", REVIEWED: "warn", RANKED: "warn", LISTED: "good", NOT_LISTED: "bad", OBJECTED: "warn",
    AWARDED: "good", REFUSED: "bad", WITHDRAWN: "wait",
}  # fmt: skip
TAKEN_PART = (RECOMMENDED, ELIGIBLE, INELIGIBLE, UNDECIDED, REVIEWED, RANKED)
"""States in which the rules are applied to an application, again where need be."""

ASSIGNED, DONE, CONFLICT = "assigned", "done", "conflict"
REVIEW_STATES = {
    ASSIGNED: Text("待评审", "to be reviewed"),
    DONE: Text("已评审", "reviewed"),
    CONFLICT: Text("已回避", "stood back"),
}
REVIEW_MARKS = {ASSIGNED: "wait", DONE: "good", CONFLICT: "warn"}
