"""The glossary is what the declarations say, and labels keep to its words."""

import runpy
from pathlib import Path

import pytest

from haihe.messages import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "glossary_page.py"))
LABELS = list(SCRIPT["labels"]())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_glossary_is_up_to_date(lang):
    written = (ROOT / "docs" / "reference" / SCRIPT["FILES"][lang]).read_text("utf-8")
    assert written == SCRIPT["page"](lang), "run scripts/glossary_page.py"


def test_one_english_word_is_one_chinese_word_on_every_label():
    assert len(LABELS) > 5000
    assert {"tables", "cli", "workspace"} <= {part for _, _, file in LABELS for part in file.parts}
    assert SCRIPT["strayed"](iter(LABELS)) == []


def test_every_word_of_the_house_is_used():
    spoken = {en.strip().lower() for _, en, _ in LABELS}
    terms = {term.en for term in SCRIPT["TERMS"]}
    assert not {en for en in terms if en not in spoken and SCRIPT["plural"](en) not in spoken}


def test_every_other_chinese_word_that_is_let_pass_is_there():
    for term in SCRIPT["TERMS"]:
        own = [zh for zh, en, _ in LABELS if en.strip().lower() in (term.en, SCRIPT["plural"](term.en))]
        for other in term.other:
            assert any(other in zh and term.zh not in zh for zh in own), f"{term.en}: nothing is called {other}"


def test_a_label_with_another_word_is_noticed():
    said = [("方案集", "Scenarios", Path("a.html")), ("情景", "Scenario", Path("b.py")), ("配额", "Cap", Path("c.py"))]
    assert SCRIPT["strayed"](iter(said)) == ["a.html: Scenarios is 情景, not 方案集", "c.py: Cap is 上限, not 配额"]
