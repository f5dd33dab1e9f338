"""What the splits are called, in Chinese and English."""

from haihe.messages import Text

RULES: dict[str, Text] = {
    "shapley": Text("沙普利值", "Shapley value"),
    "owen": Text("欧文点（影子价格）", "Owen point (shadow prices)"),
    "nucleolus": Text("核仁", "nucleolus"),
    "per_capita": Text("按成员数平均的核仁", "per-capita nucleolus"),
    "least_core": Text("最小核心中的一点", "a point of the least core"),
    "equal": Text("平均分配增益", "equal shares of the gain"),
    "endowment": Text("按要素禀赋分配", "by endowment"),
    "contribution": Text("按最后加入的贡献分配", "by contribution at last"),
    "standalone": Text("按单独所得分配", "by what each reaches alone"),
    "halves": Text("两两对半（类似现行税收分享）", "halves between each two (much like today's tax sharing)"),
}
"""Names of the splits in words."""
BY_VALUE_ADDED = Text("按增加值分配", "by value added")
BY_NEED = Text("按需要量分配", "by need")
"""The rule ``endowment`` by what it weighs with."""
