"""The declarations are sound, and the reference pages follow them."""

import runpy
import string
from pathlib import Path

from haihe.messages import CATALOG, LANGUAGES
from haihe.region import TABLES
from haihe.region.draft import table_names
from haihe.region.rawpart import header_names
from haihe.region.units import parse

ROOT = Path(__file__).resolve().parents[1]


def test_reference_pages_are_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "reference_pages.py"))
    for lang in LANGUAGES:
        written = (ROOT / "docs" / "reference" / script["FILES"][lang]).read_text("utf-8")
        assert written == script["page"](lang), "run scripts/reference_pages.py"


def test_names_are_unique_and_references_lead_to_keys() -> None:
    for spec in TABLES.values():
        assert spec.key, spec.name
        assert len({c.name for c in spec.columns}) == len(spec.columns)
        said = [{c.name, c.title.zh, c.title.en} for c in spec.columns]
        assert sum(map(len, said)) == len(header_names(spec)), spec.name
        for column in spec.columns:
            if column.ref:
                table, _, key = column.ref.partition(".")
                assert TABLES[table].column(key).key, column.ref
            if column.unit == "@unit":
                assert TABLES[spec.name].column("unit").kind == "unit"
            elif column.unit:
                parse(column.unit)
            assert column.unit or column.kind != "number", (spec.name, column.name)
            assert bool(column.choices) == (column.kind == "choice")
            assert len(column.choice_of) >= 2 * len(column.choices), "one word for two choices"
            assert all(column.choice_of[word.zh] == choice for choice, word in column.word_of.items())
            if column.like:
                assert spec.names.index(column.like) < spec.names.index(column.name)
            for text in (column.title, column.description):
                assert text.zh
                assert text.en
    said = [{s.name, s.title.zh, s.title.en} for s in TABLES.values()]
    assert sum(map(len, said)) == len(table_names())


def test_figures_carry_source_and_quality() -> None:
    definitions = {"sources", "regions", "sectors", "resources", "departments", "scenarios"}
    for spec in TABLES.values():
        if spec.name not in definitions:
            assert spec.column("source").required
            assert spec.column("quality").required


def test_messages_have_equal_placeholders() -> None:
    def holes(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    for message in CATALOG.values():
        assert holes(message.says.zh) == holes(message.says.en), message.code
        assert holes(message.mend.zh) == holes(message.mend.en), message.code
