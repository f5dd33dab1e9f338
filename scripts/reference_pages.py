"""Write the reference pages of the docs from the declarations: docs/reference/tables.md and tables.zh.md."""

from pathlib import Path

from haihe.messages import LANGUAGES, Lang, Text
from haihe.region import TABLES, Column, TableSpec
from haihe.region.meta import FIELDS
from haihe.region.template import KIND_NAMES, say_default
from haihe.region.units import UNITS

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
FILES: dict[Lang, str] = {"en": "tables.md", "zh": "tables.zh.md"}

TITLE = Text("数据表", "Tables of a region")
INTRO = Text(
    "一个地区的数据可以是一个 CSV 文件夹（每表一个文件，`haihe.toml` 说明总体）、一个 Excel 工作簿（每表一张工作表，"
    "工作表 `haihe` 说明总体）或一个 `.haihe.zip` 数据包，三者可无损互换。"
    "本页由 `scripts/reference_pages.py` 依声明生成，"
    "请勿手改。",
    "A region is a folder of CSV files (one a table, `haihe.toml` describes the whole), an Excel workbook (one sheet a "
    "table, sheet `haihe` describes the whole) or a `.haihe.zip` bundle; the three are interchangeable without loss. "
    "This page is written by `scripts/reference_pages.py` from the declarations; do not edit it.",
)
NOTES = (
    Text(
        "表头可用列名、中文名或英文名；工作表可用表名或其中英文名。名称以 `_` 开头的工作表不读取。",
        "Headers may be the column's name or its title in either language, sheets the table's name or title. Sheets "
        "whose name begins with `_` are not read.",
    ),
    Text(
        "一张表可以分为几个文件，如 `uses.csv` 与 `uses.co2.csv`；`accounts` 等大表也可用 Parquet。",
        "A table may be split over files such as `uses.csv` and `uses.co2.csv`; large tables may be Parquet.",
    ),
    Text(
        "CSV 可用 UTF-8 或 GB18030。文字若以 `=`、`+`、`-`、`@` 开头，写出时前加撇号，读入时去掉。",
        "CSV may be UTF-8 or GB18030. Text that begins with `=`, `+`, `-` or `@` is written with an apostrophe in "
        "front, which reading takes off.",
    ),
    Text("空格即缺失，缺失不是 0。", "An empty cell is missing; missing is not 0."),
)
HEADS = (
    Text("列", "column"),
    Text("名称", "title"),
    Text("内容", "holds"),
    Text("单位", "unit"),
    Text("要求", "rule"),
    Text("含义", "meaning"),
)


def page(lang: Lang) -> str:
    """Give the page in one language."""
    lines = [f"# {TITLE(lang)}", "", INTRO(lang), ""]
    lines += [f"- {note(lang)}" for note in NOTES]
    lines += ["", "## haihe.toml", "", *_table((Text("项", "field"), Text("含义", "meaning")), lang)]
    lines += [f"| `{field}` | {about(lang)} |" for field, about in FIELDS.items()]
    for spec in TABLES.values():
        lines += ["", *_section(spec, lang)]
    lines += ["", Text("## 单位", "## Units")(lang), ""]
    lines += [
        Text(
            "以下单位可用 `·` 相乘、用 `/` 相除，如 `t CO2/亿元`：",
            "These may be multiplied with `·` and divided with `/`, as in `t CO2/亿元`:",
        )(lang),
        "",
        ", ".join(f"`{unit}`" for unit in UNITS),
        "",
    ]
    return "\n".join(lines)


def _table(heads: tuple[Text, ...], lang: Lang) -> list[str]:
    return ["| " + " | ".join(head(lang) for head in heads) + " |", "|" + "---|" * len(heads)]


def _section(spec: TableSpec, lang: Lang) -> list[str]:
    need = Text("必需", "required") if spec.required else Text("用于：{s}", "serves: {s}").format(s=spec.serves)
    head = [f"## {spec.name}", "", f"**{spec.title(lang)}** ({need(lang)}). {spec.description(lang)}", ""]
    return [*head, *_table(HEADS, lang), *(_row(column, lang) for column in spec.columns)]


def _row(column: Column, lang: Lang) -> str:
    holds = ", ".join(f"`{c}`" for c in column.choices) or KIND_NAMES[column.kind](lang)
    unit = Text("见 `unit` 列", "see `unit`")(lang) if column.unit == "@unit" else column.unit or ""
    rules = []
    if column.key:
        rules.append(Text("主键", "key")(lang))
    elif column.required:
        rules.append(Text("必填", "required")(lang))
    elif column.default is not None:
        rules.append(Text("默认 `{d}`", "default `{d}`").format(d=say_default(column))(lang))
    if column.ref:
        rules.append(f"→ `{column.ref}`")
    if column.minimum is not None and column.kind == "number":
        rules.append(f"≥ {column.minimum:g}")
    if column.above is not None:
        rules.append(f"> {column.above:g}")
    if column.maximum is not None and column.kind == "number":
        rules.append(f"≤ {column.maximum:g}")
    cells = (f"`{column.name}`", column.title(lang), holds, unit, ", ".join(rules), column.description(lang))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for lang in LANGUAGES:
        (FOLDER / FILES[lang]).write_text(page(lang), "utf-8")


if __name__ == "__main__":
    main()
