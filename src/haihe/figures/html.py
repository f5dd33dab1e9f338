"""Figures and tables as HTML: both languages stand in the page, the page's language shows one of them."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from haihe.figures.numbers import is_missing
from haihe.figures.quality import QUALITY_SIGNS
from haihe.figures.table import METHOD_WORD, NOTE_WORD, QUALITY_WORD, SOURCE_WORD, UNIT_WORD, Column, Table
from haihe.messages import LANGUAGES, QUALITY_NAMES, Lang, Quality, Text, default_language

if TYPE_CHECKING:
    from haihe.figures.figure import Figure

SEEN = 12
"""Rows that the box of a table shows without scrolling."""
SCROLLS = Text("共 {n} 行，可在框内滚动", "{n} rows; scroll inside the box")
LONG = 60
"""Tables longer than this are left out in print, with a line that says so."""
WORDY = 110
"""Text of more letters (a Chinese sign counts as two) gets a column of its own width, lest the row grow tall."""

BUTTONS = (
    ("table", Text("数据表", "Table")),
    ("csv", Text("下载 CSV", "Download CSV")),
    ("png", Text("下载 PNG", "Download PNG")),
    ("copy", Text("复制数据", "Copy data")),
)
PLAYER = (
    ("back", Text("上一帧", "Back")),
    ("play", Text("播放", "Play")),
    ("next", Text("下一帧", "Next")),
)
"""Buttons of a figure that plays over time."""
COPIED, NOT_COPIED = Text("已复制", "Copied"), Text("无法复制，请下载 CSV", "Could not copy; download the CSV")
NOT_PRINTED = Text(
    "此表共{n}行，未打印；请见工作簿或页面。", "This table has {n} rows and is not printed; see the workbook or page."
)


@cache
def static(name: str, package: str = "haihe.figures") -> str:
    """Read a file of a package's folder ``static``."""
    return resources.files(package).joinpath("static", *name.split("/")).read_text(encoding="utf-8")


def both(text: Text) -> str:
    """Write a phrase so that the page's language shows the right half of it."""
    if text.zh == text.en:
        return escape(text.zh)
    return f'<span class="t" lang="zh">{escape(text.zh)}</span><span class="t" lang="en">{escape(text.en)}</span>'


def quality_badge(mark: Quality) -> str:
    """The mark of quality: a sign, a word and an outline, never colour alone."""
    sign = f'<span aria-hidden="true">{QUALITY_SIGNS[mark]}</span> '
    return f'<span class="quality {mark}">{sign}{both(QUALITY_NAMES[mark])}</span>'


def table_html(table: Table) -> str:
    """A table with row headings and, in each cell of numbers, the full figure for download and copy."""
    head = "".join(
        f'<th scope="col"{_class(column)}>{both(column.title)}<small>{both(column.bracket)}</small></th>'
        for column in table.columns
    )
    body = "".join(
        "<tr>"
        + "".join(
            _cell(column, value, shown, first=i == 0)
            for i, (column, value, shown) in enumerate(zip(table.columns, raw, words, strict=True))
        )
        + "</tr>"
        for raw, words in zip(table.raw_rows("en"), table.shown_rows(), strict=True)
    )
    caption = f'<caption class="unseen">{both(table.title)}</caption>'
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(column: Column, value: Any, shown: Text, *, first: bool) -> str:
    if is_missing(value):
        data = ' data-value=""'
    elif column.numeric:
        data = f' data-value="{value!r}"'
    elif column.kind == "quality":
        data = f' data-value="{value}"'
    else:
        data = ""
    tag, scope = ("th", ' scope="row"') if first and not column.numeric else ("td", "")
    wordy = not column.numeric and max(len(shown.zh) * 2, len(shown.en)) > WORDY
    kind = ' class="wordy"' if wordy else _class(column)
    return f"<{tag}{scope}{kind}{data}>{both(shown)}</{tag}>"


def _class(column: Column) -> str:
    return ' class="number"' if column.numeric else ""


def figure_html(figure: "Figure") -> str:
    """A figure as a fragment: title, unit, mark, chart, description, notes, source, buttons, table."""
    ident = f"figure-{escape(figure.key, quote=True)}"
    unit = f'<p class="unit">{both(UNIT_WORD)}{both(figure.unit)}</p>' if figure.unit else ""
    chart = f'<div class="chart" data-height="{figure.height}"></div>'
    described = f'<p class="description">{both(figure.description)}</p>'
    player = _player() if "timeline" in figure.options("zh") else ""
    inner = unit + chart + player + _captions(figure, described) + _tools(BUTTONS, ident) + _panel(figure.table, ident)
    return _frame(figure, ident, "figure charted", inner)


def lone_table_html(table: Table) -> str:
    """A table that stands by itself, with title, mark, notes, source and downloads."""
    ident = f"table-{escape(table.key, quote=True)}"
    buttons = [button for button in BUTTONS if button[0] in ("csv", "copy")]
    return _frame(table, ident, "figure", _panel(table, ident) + _captions(table) + _tools(buttons, ident))


def _frame(shown: "Figure | Table", ident: str, classes: str, inner: str) -> str:
    """The element around a chart or table, headed by its title and mark."""
    badge = quality_badge(shown.quality) if shown.quality else ""
    mark = f'<span class="mark"><span class="unseen">{both(QUALITY_WORD)}</span>{badge}</span>' if badge else ""
    heading = f'<h3 id="{ident}-title"><span class="title">{both(shown.title)}</span> {mark}</h3>'
    key = escape(shown.key, quote=True)
    return (
        f'<figure id="{ident}" class="{classes}" data-key="{key}" aria-labelledby="{ident}-title">'
        f"{heading}{inner}</figure>"
    )


def _captions(shown: "Figure | Table", described: str = "") -> str:
    """Description, method, notes and source line."""
    method = (shown if isinstance(shown, Table) else shown.table).method
    how = f'<p class="note">{both(METHOD_WORD)}{both(method)}</p>' if method else ""
    notes = "".join(f'<p class="note">{both(NOTE_WORD)}{both(note)}</p>' for note in shown.notes)
    source = f'<p class="source">{both(SOURCE_WORD)}{both(shown.source)}</p>'
    return f"<figcaption>{described}{how}{notes}{source}</figcaption>"


def _player() -> str:
    """Buttons that play a figure and step through it, and the moment that is shown; ``figures.js`` serves them."""
    pressed = {"play": ' aria-pressed="false"'}
    buttons = "".join(
        f'<button type="button" data-do="{name}"{pressed.get(name, "")}>{both(words)}</button>'
        for name, words in PLAYER
    )
    return f'<div class="player"><span class="buttons">{buttons}</span><output class="moment"></output></div>'


def _tools(buttons: Sequence[tuple[str, Text]], ident: str) -> str:
    """Buttons, and the line that says what one of them did."""
    tools = "".join(
        f'<button type="button" data-do="{name}"'
        + (f' aria-expanded="true" aria-controls="{ident}-data"' if name == "table" else "")
        + f">{both(words)}</button>"
        for name, words in buttons
    )
    states = "".join(
        f'<span data-state="{name}" hidden>{both(words)}</span>'
        for name, words in (("copied", COPIED), ("failed", NOT_COPIED))
    )
    return f'<div class="tools">{tools}<span class="status" role="status">{states}</span></div>'


def _panel(table: Table, ident: str) -> str:
    """The table in a box that scrolls."""
    long = len(table) > LONG
    unprinted = f'<p class="unprinted">{both(NOT_PRINTED.format(n=len(table)))}</p>' if long else ""
    count = f'<p class="count">{both(SCROLLS.format(n=len(table)))}</p>' if len(table) > SEEN else ""
    return (
        f'<div class="data{" long" if long else ""}" id="{ident}-data"><div class="scroll" tabindex="0" role="region"'
        f' aria-labelledby="{ident}-title">{table_html(table)}</div>{count}{unprinted}</div>'
    )


def safe_json(value: Any) -> str:
    """JSON that may stand inside a ``<script>`` element: nothing in it can end the element or open a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def chart_data(figures: Iterable["Figure"]) -> str:
    """The data block that ``figures.js`` draws from."""
    listed = list(figures)
    maps = {name: shapes for figure in listed for name, shapes in figure.maps.items()}
    options = {figure.key: {lang: figure.options(lang) for lang in LANGUAGES} for figure in listed}
    return f'<script type="application/json" id="haihe-data">{safe_json({"maps": maps, "options": options})}</script>'


def scripts_and_policy(scripts: Sequence[str], styles: Sequence[str]) -> Mapping[str, str]:
    """Give ``styles``, ``scripts`` and the ``policy`` that lets the page run these and reach nothing else.

    The policy names each script and style by its hash, so that even a name that slipped through as markup could not
    run, and forbids every request.
    """
    policy = (
        f"default-src 'none'; script-src {_hashes(scripts)}; style-src {_hashes(styles)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return {
        "policy": f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        "styles": "".join(f"<style>{style}</style>" for style in styles),
        "scripts": "".join(f"<script>{script}</script>" for script in scripts),
    }


def _hashes(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def figure_page(figure: "Figure", lang: Lang | None = None) -> str:
    """One self-contained page with one figure."""
    lang = lang or default_language()
    parts = scripts_and_policy([static("vendor/echarts.min.js"), static("figures.js")], [static("figures.css")])
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">{parts["policy"]}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(figure.title(lang))}</title>{parts['styles']}</head>"
        f'<body class="alone"><main>{figure_html(figure)}</main>{chart_data([figure])}{parts["scripts"]}</body></html>'
    )


def figure_frame(figure: "Figure", lang: Lang | None = None) -> str:
    """One figure for a notebook: the page inside a frame, apart from the notebook's own styles and scripts."""
    height = figure.height + 300
    return (
        f'<iframe srcdoc="{escape(figure_page(figure, lang), quote=True)}" sandbox="allow-scripts allow-downloads"'
        f' width="100%" height="{height}" style="border:0"></iframe>'
    )
