"""The report as one HTML page."""

from html import escape
from string import Template

from haihe.figures import Figure, Table
from haihe.figures.html import (
    both,
    chart_data,
    figure_html,
    lone_table_html,
    quality_badge,
    scripts_and_policy,
    static,
)
from haihe.messages import QUALITIES, Lang, Text
from haihe.reporting.content import Block, Chapter, Content, Meta

HERE = "haihe.reporting"
DRAFT = Text("草案", "Draft")
META_WORDS = {
    "region": Text("地区", "Region"),
    "scenario": Text("情景", "Scenario"),
    "data": Text("数据版本", "Data version"),
    "made": Text("生成时间", "Made"),
    "version": Text("软件", "Software"),
}
WORDS = {
    "skip": Text("跳到正文", "Skip to the report"),
    "contents": Text("目录", "Contents"),
    "legend": Text("数据质量标记：", "Marks of data quality: "),
    "legend_note": Text(
        "一项结果的标记取其所有输入中最差的一个。缺失值写作“—”，从不作零。",
        "A result carries the worst mark of all its inputs. A missing value is written “—”, never zero.",
    ),
}


def report_page(report: Content, lang: Lang) -> str:
    """Give the whole page, opening in one language and holding both."""
    parts = scripts_and_policy(
        [static("vendor/echarts.min.js"), static("figures.js"), static("report.js", HERE)],
        [static("figures.css"), static("report.css", HERE)],
    )
    return Template(static("report.html", HERE)).substitute(
        lang=lang,
        draft_class="draft" if report.meta.draft else "final",
        draft=f'<span class="stamp">{both(DRAFT)}</span>' if report.meta.draft else "",
        title_now=escape(report.title(lang)),
        title_zh=escape(report.title.zh, quote=True),
        title_en=escape(report.title.en, quote=True),
        title=both(report.title),
        meta=_meta(report.meta),
        contents="".join(_entry(chapter) for chapter in report.chapters),
        chapters="".join(_chapter(chapter) for chapter in report.chapters),
        marks=" ".join(quality_badge(mark) for mark in QUALITIES),
        data=chart_data(report.figures),
        **{f"word_{name}": both(text) for name, text in WORDS.items()},
        **parts,
    )


def meta_lines(meta: Meta) -> list[tuple[Text, Text]]:
    """What a report rests on, as pairs of word and value."""
    made = meta.made.isoformat(sep=" ", timespec="minutes")
    values = {
        "region": meta.region,
        "scenario": meta.scenario,
        "data": Text(meta.data_version, meta.data_version),
        "made": Text(made, made),
        "version": Text(f"haihe {meta.version}", f"haihe {meta.version}"),
    }
    return [(META_WORDS[key], value) for key, value in values.items()]


def _meta(meta: Meta) -> str:
    return "".join(f"<div><dt>{both(word)}</dt><dd>{both(value)}</dd></div>" for word, value in meta_lines(meta))


def _entry(chapter: Chapter) -> str:
    key = escape(chapter.key, quote=True)
    parts = "".join(
        f'<li><a href="#{_address(block)}">{both(block.title)}</a></li>'
        for block in chapter.blocks
        if isinstance(block, (Figure, Table))
    )
    return f'<li><a href="#chapter-{key}">{both(chapter.title)}</a>{f"<ol>{parts}</ol>" if parts else ""}</li>'


def _address(block: Figure | Table) -> str:
    return f"{'figure' if isinstance(block, Figure) else 'table'}-{escape(block.key, quote=True)}"


def _chapter(chapter: Chapter) -> str:
    key = escape(chapter.key, quote=True)
    intro = f'<p class="intro">{both(chapter.intro)}</p>' if chapter.intro.zh or chapter.intro.en else ""
    body = "".join(_block(block) for block in chapter.blocks)
    return (
        f'<section id="chapter-{key}" aria-labelledby="chapter-{key}-title">'
        f'<h2 id="chapter-{key}-title">{both(chapter.title)}</h2>{intro}{body}</section>'
    )


def _block(block: Block) -> str:
    if isinstance(block, Figure):
        return figure_html(block)
    if isinstance(block, Table):
        return lone_table_html(block)
    if isinstance(block, Text):
        return f"<p>{both(block)}</p>"
    lines = "".join(f"<li>{both(line.text)} {quality_badge(line.quality)}</li>" for line in block.lines)
    return f'<ul class="key-lines">{lines}</ul>'
