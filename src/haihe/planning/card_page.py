"""Cards written out: one page each on screen and on paper, a Word file, a workbook."""

from collections.abc import Sequence
from functools import partial
from html import escape
from pathlib import Path

from haihe.figures import Table
from haihe.figures.html import both, quality_badge, scripts_and_policy, static, table_html
from haihe.figures.word import Word
from haihe.files import file_name, replace_file
from haihe.messages import LANGUAGES, HaiheError, Lang, Text, default_language
from haihe.planning.card import Card
from haihe.planning.card_views import said_on, source_lines, status_of

HERE = "haihe.planning"
LEFT, RIGHT, BELOW = ("card-facts",), ("card-rules",), ("card-rivals", "card-years")
SAYS = Text("方案怎么说", "What the plan says")
WHERE = Text("{s}，{a} 年开工，{d} 年起投产", "{s}, started in {a}, producing from {d}")
WOULD = Text("若建：{s}，{a} 年开工，{d} 年起投产", "if built: {s}, started in {a}, producing from {d}")
SOURCES = Text("来源", "Sources")
MADE_UP = Text("含示例数据，不可引用", "contains made-up figures; do not quote")
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
SUFFIXES = (".html", ".docx", ".xlsx")


def write_card(card: Card, path: str | Path, lang: Lang | None = None) -> Path:
    """Write a card to a page (.html), a Word file (.docx) or a workbook (.xlsx); replaced only when complete.

    Raises
    ------
    HaiheError
        ``E-PLN-116`` for another suffix; ``E-WORLD-03`` for Word without the package python-docx.
    """
    target, lang = Path(path), lang or default_language()
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise HaiheError("E-PLN-116", value=suffix or target.name)
    if suffix == ".xlsx":
        return card.to_excel(target, lang)
    if suffix == ".docx":
        return replace_file(target, partial(word_of, card, lang=lang))
    page = cards_page([card], lang)
    return replace_file(target, lambda file: file.write_text(page, encoding="utf-8"))


def write_cards(
    cards: Sequence[Card], folder: str | Path, lang: Lang | None = None, suffix: str = ".html"
) -> list[Path]:
    """Write every card to a file of its own, named by the project's code; for pages also ``cards.html`` with all of them."""
    place, lang = Path(folder), lang or default_language()
    files = [write_card(card, place / f"{file_name(card.project)}{suffix}", lang) for card in cards]
    if suffix == ".html" and cards:
        page = cards_page(cards, lang)
        files.append(replace_file(place / "cards.html", lambda file: file.write_text(page, encoding="utf-8")))
    return files


def where_of(card: Card) -> Text:
    """Where and when it is, or would be, built."""
    site = card.names.get(card.site, Text(card.site, card.site))
    words = WOULD if card.status == "not" else WHERE
    return words.format(s=site, a=card.start, d=card.done)


def cards_page(cards: Sequence[Card], lang: Lang) -> str:
    """Give one self-contained page with cards, each a page of paper; both languages, no network request."""
    parts = scripts_and_policy([static("card.js", HERE)], [static("figures.css"), static("card.css", HERE)])
    title = _title(cards)
    buttons = "".join(
        f'<button type="button" data-lang="{code}" aria-pressed="{str(code == lang).lower()}">{name}</button>'
        for code, name in LANGUAGE_NAMES.items()
    )
    titles = " ".join(f'data-{code}="{escape(title(code), quote=True)}"' for code in LANGUAGES)
    return (
        f'<!DOCTYPE html><html lang="{lang}" {titles}><head><meta charset="utf-8">{parts["policy"]}'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title(lang))}</title>'
        f'{parts["styles"]}</head><body><div class="languages">{buttons}</div><main>'
        f"{''.join(map(_article, cards))}</main>{parts['scripts']}</body></html>"
    )


def _title(cards: Sequence[Card]) -> Text:
    if len(cards) == 1:
        return Text(f"{cards[0].project} {cards[0].title.zh}", f"{cards[0].project} {cards[0].title.en}")
    return Text(f"{len(cards)} 张项目卡片", f"Cards of {len(cards)} projects")


def _article(card: Card) -> str:
    """One card."""
    tables = card.tables
    about = both(_about(card))
    stamp = f'<span class="stamp">{both(MADE_UP)}</span>' if card.quality == "illustrative" else ""
    says = "".join(f"<li>{both(line)}</li>" for line in said_on(card))
    columns = "".join(
        f"<div>{''.join(_part(tables[key]) for key in keys if key in tables)}</div>" for keys in (LEFT, RIGHT)
    )
    sources = "；".join(line.zh for line in source_lines(card)), "; ".join(line.en for line in source_lines(card))
    notes = dict.fromkeys(note for table in tables.values() for note in table.notes)
    foot = "".join(f"<div>{both(note)}</div>" for note in notes)
    return (
        f'<article class="card" id="card-{escape(card.project, quote=True)}">{stamp}'
        f"<h1>{escape(card.project)}　{both(card.title)}</h1>"
        f'<p class="line">{about}</p>'
        f'<p class="line"><span class="verdict">{both(status_of(card))}</span> {both(where_of(card))} '
        f"{quality_badge(card.quality)}</p>"
        f'<h2>{both(SAYS)}</h2><ul class="says">{says}</ul>'
        f'<div class="two">{columns}</div>{"".join(_part(tables[key]) for key in BELOW if key in tables)}'
        f'<div class="foot"><div>{both(SOURCES)}：{both(Text(*sources))}</div>{foot}</div></article>'
    )


def _part(table: Table) -> str:
    return f"<h2>{both(table.title)}</h2>{table_html(table)}"


def _about(card: Card) -> Text:
    return Text(
        " · ".join(f"{word.zh}：{value.zh}" for word, value in card.about.items()),
        " · ".join(f"{word.en}: {value.en}" for word, value in card.about.items()),
    )


def word_of(card: Card, path: Path, lang: Lang) -> None:
    """Write a card as a Word file."""
    word = Word(_title([card]), lang)
    word.heading(_title([card]), 1)
    if card.quality == "illustrative":
        word.paragraph(MADE_UP, strong=True)
    word.paragraph(_about(card))
    word.paragraph(
        Text(f"{status_of(card).zh}　{where_of(card).zh}", f"{status_of(card).en}. {where_of(card).en}"), strong=True
    )
    word.heading(SAYS, 2)
    word.bullets(said_on(card))
    for table in card.tables.values():
        word.table(table, level=2)
    word.save(path)
