"""Boards of the demonstration: the example's twelve chains, with made-up items on three of them."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from haihe.region import Region
from haihe.workspace.chains import items
from haihe.workspace.chains.models import SOLVED, WORKED, Board
from haihe.workspace.data.models import Dataset
from haihe.workspace.units.models import Person, Unit

DEMO = {"source": "DEMO", "quality": "illustrative"}
ITEMS = (
    ("IC", "R-01", "research", "LITHO", "IIB", 220, WORKED, "高端光刻胶（示例）", "Photoresist (made up)", "示例：依赖单一境外供方"),
    ("IC", "R-02", "research", "EDA", "STB", 95, "", "设计工具（示例）", "Design tools (made up)", "示例：授权到期后无替代"),
    ("IC", "B-01", "recruit", "PACK", "TJ-XQ", 60, "", "先进封装（示例）", "Advanced packaging (made up)", "示例：本地封装能力不足"),
    ("IC", "K-01", "strengthen", "WAFER", "TJ-XQ", 150, WORKED, "示例晶圆企业甲", "Example wafer maker A", "示例：骨干企业扩产缺水指标"),
    ("BIOMED", "R-01", "research", "REAGENT", "STB", 130, SOLVED, "分离填料（示例）", "Resins (made up)", "示例：替代已通过验证"),
    ("BIOMED", "B-01", "recruit", "CDMO", "TJ-BH", 45, "", "合同生产（示例）", "Contract production (made up)", "示例：缺少商业化产能"),
    ("AUTO", "R-01", "research", "CHIP", "IIB", 310, WORKED, "车规级芯片（示例）", "Automotive chips (made up)", "示例：供货周期过长"),
    ("AUTO", "K-01", "strengthen", "BATTERY", "TJ-BH", 80, "", "示例电池企业乙", "Example battery maker B", "示例：用能指标紧张"),
)  # fmt: skip
"""Chain, number, list, stage, owner, age in days, state, names, evidence."""
SHARED = (("IC", "R-01"), ("IC", "B-01"), ("AUTO", "R-01"))
"""Items that Beijing and Hebei see."""


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> None:
    """Make the boards and their made-up items.

    Parameters
    ----------
    units, people : mapping
        Of the demonstration, by code and user name.
    region : Region
        The example.
    """
    planner, chief = people["wang"], people["li"]
    dataset = Dataset.objects.filter(code="jing-jin-ji").first()
    boards: dict[str, Board] = {}
    for row in region.tables["chains"].to_dict("records"):
        lead = units.get(row["lead_department"]) if isinstance(row["lead_department"], str) else None
        said = {
            "name_zh": row["name_zh"],
            "name_en": row["name_en"],
            "chief": chief,
            "lead": lead,
            "dataset": dataset,
            "home": "TJ",
            "note": "链长为示例人员；牵头部门见数据集 / the chief is made up; the lead is the dataset's",
        }
        force = units[f"CHAIN-{row['chain']}"]
        boards[row["chain"]] = items.make_board(planner, force, row["chain"], said, "cli")
    today = timezone.localdate()
    for chain, number, kind, stage, owner, age, state, zh, en, why in ITEMS:
        said = {"name_zh": zh, "name_en": en, "kind_of": kind, "stage": stage, "evidence": why, "owner": units[owner]}
        opened = {"opened": today - timedelta(days=age)}
        item = items.add(chief, boards[chain], said | opened | DEMO, number, "cli")
        if state:
            items.report(chief, item, state, "示例：已落实责任单位 / made up", channel="cli")
        if (chain, number) in SHARED:
            items.share(chief, item, [units["BJ"], units["HE"]], channel="cli")
