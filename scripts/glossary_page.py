"""Write the glossary from the declarations: docs/reference/glossary.md and glossary.zh.md; a test holds labels to its words."""

import ast
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from haihe.messages import LANGUAGES, QUALITY_NAMES, Lang, Text
from haihe.region import TABLES
from haihe.workspace.start import setup

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
FILES: dict[Lang, str] = {"en": "glossary.md", "zh": "glossary.zh.md"}

HAN = re.compile("[\u4e00-\u9fff]")
TRANSLATED = re.compile(r'{%-?\s*t\s+"([^"]*)"\s+"([^"]*)"')
SHORT = 4
"""Words of English from which on a label is a sentence."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the house, what it means, and the other Chinese words that the same English word stands for elsewhere."""

    zh: str
    en: str
    means: Text
    other: tuple[str, ...] = ()


TERMS = (
    Term(
        "地区",
        "region",
        Text(
            "全国、省、市、区、园区构成的树上的一个节点，或外部地区",
            "a node of the tree nation, province, city, district, park; or an outside region",
        ),
    ),
    Term(
        "成员",
        "member",
        Text("参加协同的地区", "a region that joins a coalition"),
        ("各方", "参加", "地区", "主体", "双方", "区域协同", "意向单位"),
    ),
    Term("行业", "sector", Text("投入产出表的一个部门", "a sector of the accounts"), ("产品",)),
    Term("产业链", "chain", Text("由环节组成、跨行业的链条", "stages across sectors that belong together")),
    Term(
        "环节",
        "stage",
        Text("产业链的一段；项目所处的是阶段", "a part of a chain; of a project it is how far it is"),
        ("阶段",),
    ),
    Term(
        "要素",
        "resource",
        Text(
            "一切计数的稀缺之物：土地、能源、碳、水、人才、机时、港口能力",
            "anything scarce that is counted: land, energy, carbon, water, skills, hours of laboratories, room in ports",
        ),
    ),
    Term("上限", "cap", Text("不得超过的数量", "an amount that must not be passed"), ("限额",)),
    Term(
        "限制",
        "limit",
        Text("对一组地区、行业、年份的上限或下限", "a cap or a floor over regions, sectors and years"),
        ("上限", "限值"),
    ),
    Term("通道", "link", Text("有能力和费用的运输联系", "a transport connection with capacity and cost"), ("链接",)),
    Term("调剂", "transfer", Text("要素在地区之间的转移", "of a resource, between regions")),
    Term(
        "结算",
        "payment",
        Text("区域之间的资金往来；项目获得的资金叫拨付", "of money between regions; what a project gets is paid out"),
        ("收付",),
    ),
    Term(
        "专项资金",
        "fund",
        Text(
            "按办法支持项目的财政资金；有本金、投资于企业的叫基金",
            "public money that supports projects by a scheme; one that invests is a guidance fund",
        ),
        ("资金", "基金"),
    ),
    Term("项目", "project", Text("一项候选投资", "a candidate investment"), ("个",)),
    Term("选址", "site", Text("项目可以落在的地区", "a region where a project may go"), ("地区", "地点", "所在地")),
    Term(
        "方案",
        "plan",
        Text(
            "在全部限制下的一份规划方案，始终与基准路径相比",
            "one feasible plan, always a difference to the reference path",
        ),
        ("规划期", "规划测算"),
    ),
    Term("情景", "scenario", Text("对数据的一组有名称的改动", "named changes of the data")),
    Term(
        "基准", "reference path", Text("没有限制和候选项目时的路径", "the path without limits and candidate projects")
    ),
    Term(
        "价格",
        "price",
        Text("影子价格：再多一个单位值多少，带单位和区间", "the dual value of a scarce thing, with its unit and band"),
    ),
    Term(
        "区间", "band", Text("不可知之处取一半和一倍时结果的范围", "the range of an answer over what nobody can know")
    ),
    Term(
        "前沿",
        "front",
        Text("两个指标不能同时再好的点", "points where of two indicators neither can be better without the other"),
    ),
    Term("联盟", "coalition", Text("一起行动的若干成员", "members that act together"), ("协同收益",)),
    Term("协同约定", "agreement", Text("成员共享什么", "what members share"), ("约定代码",)),
    Term("冲击", "shock", Text("供应中断等意外事件的一组", "events such as a port that is closed"), ("情景",)),
    Term("办法", "scheme", Text("一份规则文件", "a rule file")),
    Term("条款", "article", Text("办法中有有效期的一条", "a dated article of a scheme")),
    Term("批次", "round", Text("一项资金的一次申报", "one call of a fund"), ("轮次",)),
    Term("申报", "application", Text("企业对一个批次的申请", "what a firm hands in to a round")),
    Term("立项", "award", Text("获得支持的决定", "the decision to support"), ("项目数",)),
    Term("职责", "duty", Text("谁在何时之前做什么", "who does what by when")),
    Term("目标", "target", Text("计划文件中可度量的目标", "a measurable aim of a plan document"), ("对象", "指标")),
    Term(
        "重大问题",
        "problem",
        Text("登记的、提请会议的事项", "a matter in the register, brought to a session"),
        ("问题代码", "问题状态"),
    ),
    Term("专班", "task force", Text("负责一条产业链的工作专班", "the group that works for a chain")),
    Term(
        "测算",
        "study",
        Text("后台的一次计算：方案、前沿、诊断等", "one computation in the background: a plan, a front, a diagnosis"),
    ),
    Term("数据集", "dataset", Text("一个地区数据的一系列版本", "versions of a region's data")),
    Term("版本", "version", Text("审批后不再改变的一份数据", "data that stay as they are once approved")),
    Term("佐证材料", "paper", Text("附在记录上的文件", "a file attached to a record")),
    Term("指标", "indicator", Text("从结果中算出的数", "a number reckoned from a result"), ("项",)),
    Term(
        "质量", "quality", Text("数据的标记：官方、估算、示例", "the mark of data: official, estimated, illustrative")
    ),
    Term(
        "企业",
        "firm",
        Text("申报资金时叫申报单位", "called the applicant where it applies for money"),
        ("家", "申报单位"),
    ),
    Term(
        "角色",
        "role",
        Text(
            "人员在单位中能做什么；规划中的功能定位另用一词",
            "what a person may do in a unit; of a region, what it is to be",
        ),
        ("功能定位", "定位代码"),
    ),
)
"""One Chinese word for one English word, wherever a label is just that word."""

TITLE = Text("术语对照", "Glossary")
INTRO = Text(
    "haihe 的用语，中英对照：一个英文词对应一个中文词，在数据表、命令行、接口、画面和文档中都一样，由测试核对。"
    "本页由 `scripts/glossary_page.py` 依声明生成，请勿手改。",
    "The words of haihe in both languages: one Chinese word for one English word in tables, command line, API, screens and "
    "docs; a test compares them. This page is written by `scripts/glossary_page.py` from the declarations; do not edit it.",
)
WORDS = Text("用语", "Words")
MARKS = Text("数据质量", "Marks of quality")
TABLES_HEAD = Text("数据表", "Tables")
COLUMNS = Text("列", "Columns")
ROLES_HEAD = Text("角色", "Roles")
STUDIES = Text("测算的种类", "Kinds of studies")
ZH, EN = Text("中文", "Chinese"), Text("英文", "English")
MEANS = Text("含义", "means")
NAME = Text("名称", "name")
IN = Text("见于", "in")


def labels() -> Iterator[tuple[str, str, Path]]:
    """Give every pair of words in both languages that the sources declare: of code, and of templates."""
    for file in sorted((ROOT / "src" / "haihe").rglob("*.py")):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                said = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else "" for a in node.args]
                yield from ((zh, en, file) for zh, en in pairwise(said) if both(zh, en))
    for file in sorted((ROOT / "src" / "haihe").rglob("*.html")):
        yield from ((zh, en, file) for zh, en in TRANSLATED.findall(file.read_text("utf-8")) if both(zh, en))


def both(zh: str, en: str) -> bool:
    """True for a Chinese label and its English one."""
    return bool(HAN.search(zh)) and bool(en) and not HAN.search(en)


def strayed(found: Iterator[tuple[str, str, Path]]) -> list[str]:
    """Labels that are just a word of the house in English, and another word in Chinese."""
    known = {form: term for term in TERMS for form in (term.en, plural(term.en))}
    wrong = set()
    for zh, en, file in found:
        term = known.get(en.strip().lower())
        if term and term.zh not in zh and not any(other in zh for other in term.other):
            wrong.add(f"{file.name}: {en} is {term.zh}, not {zh}")
    return sorted(wrong)


def plural(word: str) -> str:
    """Give the plural of a word of the house."""
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else f"{word}s"


def page(lang: Lang) -> str:
    """Give the page in one language."""
    from haihe.workspace.studies.kinds import kinds
    from haihe.workspace.units.roles import ROLES

    terms = [(term.zh, term.en, term.means(lang)) for term in sorted(TERMS, key=lambda term: term.en)]
    marks = [(f"`{mark}`", name.zh, name.en) for mark, name in QUALITY_NAMES.items()]
    tables = [(f"[`{spec.name}`]({link(spec.name, lang)})", spec.title.zh, spec.title.en) for spec in TABLES.values()]
    columns: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for spec in TABLES.values():
        for column in spec.columns:
            columns[(f"`{column.name}`", column.title.zh, column.title.en)].append(f"`{spec.name}`")
    where = [
        (*column, ", ".join(names) if len(names) < 8 else str(len(names))) for column, names in sorted(columns.items())
    ]
    roles = [(f"`{role.code}`", role.name.zh, role.name.en, role.about(lang)) for role in ROLES.values()]
    studies = [(f"`{kind.code}`", kind.name.zh, kind.name.en) for kind in kinds()]
    parts = (
        (WORDS, (ZH, EN, MEANS), terms),
        (MARKS, (NAME, ZH, EN), marks),
        (TABLES_HEAD, (NAME, ZH, EN), tables),
        (COLUMNS, (NAME, ZH, EN, IN), where),
        (ROLES_HEAD, (NAME, ZH, EN, MEANS), roles),
        (STUDIES, (NAME, ZH, EN), studies),
    )
    lines = [f"# {TITLE(lang)}", "", INTRO(lang), ""]
    for title, heads, rows in parts:
        lines += [f"## {title(lang)}", "", row([head(lang) for head in heads]), "|" + "---|" * len(heads)]
        lines += [*(row(list(cells)) for cells in rows), ""]
    return "\n".join(lines)


def link(table: str, lang: Lang) -> str:
    """Give the address of a table's section."""
    return f"{'tables.md' if lang == 'en' else 'tables.zh.md'}#{table}"


def row(cells: list[str]) -> str:
    """Give a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        setup(folder)
        for lang in LANGUAGES:
            (FOLDER / FILES[lang]).write_text(page(lang), "utf-8")


if __name__ == "__main__":
    main()
