"""Write the reference pages of the messages from their catalogue: docs/reference/messages.md and messages.zh.md."""

import re
from itertools import groupby
from pathlib import Path

from haihe.messages import CATALOG, LANGUAGES, Lang, Message, Text

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
FILES: dict[Lang, str] = {"en": "messages.md", "zh": "messages.zh.md"}

TITLE = Text("消息代码", "Message codes")
INTRO = Text(
    "每条错误、警告和提示都有一个永不改变的代码：第一个字母是严重程度（`E` 错误、`W` 警告、`N` 提示），中间是所属部分。"
    "有错误的数据不会被使用，警告可以保留。`{花括号}` 中的内容由实际数据填入。"
    "本页由 `scripts/message_page.py` 依消息目录生成，请勿手改。",
    "Every error, warning and note has a code that never changes: the first letter is its weight (`E` error, `W` "
    "warning, `N` note), the middle the part it belongs to. Data with an error are not used; a warning may stay. What "
    "stands in `{braces}` is filled from the data. This page is written by `scripts/message_page.py` from the "
    "catalogue; do not edit it.",
)
PARTS: dict[str, Text] = {
    "ACC": Text("核算", "Accounts"),
    "API": Text("供程序使用的接口", "The API"),
    "BAL": Text("核算平衡", "Balance of the accounts"),
    "CELL": Text("单元格", "Cells"),
    "CHOICE": Text("可选值", "Choices"),
    "CLI": Text("命令行", "Command line"),
    "CODE": Text("代码", "Codes"),
    "COA": Text("联盟与收益分配", "Coalitions and splits"),
    "COL": Text("列", "Columns"),
    "DATE": Text("日期", "Dates"),
    "DIA": Text("诊断", "Diagnosis"),
    "EXA": Text("示例", "Examples"),
    "FIG": Text("图表", "Figures"),
    "FILE": Text("文件", "Files"),
    "FLAG": Text("是与否", "Yes or no"),
    "KEY": Text("主键", "Keys"),
    "LIM": Text("限制", "Limits"),
    "MAP": Text("地图", "Maps"),
    "WORLD": Text("世界各表", "Tables of the world"),
    "META": Text("总体说明", "The whole (haihe.toml)"),
    "NUM": Text("数字", "Numbers"),
    "PLN": Text("方案", "Plan"),
    "RANGE": Text("取值范围", "Ranges"),
    "REF": Text("引用", "References"),
    "REG": Text("地区（在 Python 中）", "Regions in Python"),
    "REP": Text("报告", "Report"),
    "RUL": Text("办法与条款的适用", "Rules applied"),
    "RULE": Text("办法条款", "Rules"),
    "SCN": Text("情景", "Scenarios"),
    "SHK": Text("冲击", "Shocks"),
    "TAB": Text("数据表", "Tables"),
    "TEXT": Text("文字", "Text"),
    "TREE": Text("地区树", "Tree of regions"),
    "UNIT": Text("单位", "Units"),
    "CHN": Text("产业链看板", "Chain board"),
    "DAT": Text("数据集与数据收集", "Datasets and data requests"),
    "DUT": Text("职责与目标", "Duties and targets"),
    "INT": Text("上传", "Uploads"),
    "JOB": Text("后台作业", "Background jobs"),
    "KEE": Text("备份与迁移", "Backup and moving"),
    "MON": Text("月度运行", "Monthly operation"),
    "MTG": Text("会议", "Meetings"),
    "OFF": Text("办公", "Office"),
    "PAP": Text("佐证材料", "Papers"),
    "PJT": Text("项目看板", "Project board"),
    "PRB": Text("重大问题", "Problems"),
    "RND": Text("申报批次", "Fund rounds"),
    "DSH": Text("看板与地图", "Dashboards and maps"),
    "NBR": Text("区域协同", "Between members"),
    "PUB": Text("公布的规划方案", "Published plans"),
    "STU": Text("测算", "Studies"),
    "WEB": Text("工作区", "The workspace"),
    "YEAR": Text("年份", "Years"),
}
HEADS = (Text("代码", "code"), Text("说什么", "what it says"), Text("怎样修正", "how to mend it"))


def part(code: str) -> str:
    """Give the part of the house that a code belongs to, e.g. ``PLN``."""
    return code.split("-")[1]


def page(lang: Lang) -> str:
    """Give the page in one language."""
    lines = [f"# {TITLE(lang)}", "", INTRO(lang)]
    ordered = sorted(CATALOG.values(), key=lambda m: (part(m.code), m.code[2:], m.code))
    for name, messages in groupby(ordered, key=lambda m: part(m.code)):
        heads = " | ".join(head(lang) for head in HEADS)
        lines += ["", f"## {name} · {PARTS[name](lang)}", "", f"| {heads} |", "|---|---|---|"]
        lines += [_row(message, lang) for message in messages]
    return "\n".join(lines) + "\n"


def _row(message: Message, lang: Lang) -> str:
    """Give the row of a code; its address on the page is the code in small letters."""
    cells = (
        f'<a id="{message.code.lower()}"></a>`{message.code}`',
        _plain(message.says(lang)),
        _plain(message.mend(lang)),
    )
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    """Keep a message as it is: no bar ends the cell, nothing is taken for markup."""
    return re.sub(r"([|*_<\[])", r"\\\1", text)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for lang in LANGUAGES:
        (FOLDER / FILES[lang]).write_text(page(lang), "utf-8")


if __name__ == "__main__":
    main()
