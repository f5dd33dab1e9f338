"""The pages about rules say what the code does: the reference page is fresh, the example on the explanation page runs."""

import re
import runpy
from pathlib import Path

import pytest
from pydantic import BaseModel

from haihe.messages import LANGUAGES
from haihe.rules.scheme import Scheme
from haihe.rules.words import KEYS, PARTS, keys_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reference_page_is_up_to_date(lang: str) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "rule_page.py"))
    written = (ROOT / "docs" / "reference" / script["FILES"][lang]).read_text("utf-8")
    assert written == script["page"](lang), "run scripts/rule_page.py"


def parts_below(model: type[BaseModel]) -> set[type[BaseModel]]:
    """Every part that a model may hold."""
    found, waiting = set(), [model]
    while waiting:
        part = waiting.pop()
        if isinstance(part, type) and issubclass(part, BaseModel):
            if part not in found:
                found.add(part)
                waiting += [field.annotation for field in part.model_fields.values()]
        else:
            waiting += getattr(part, "__args__", ())
    return found


def test_every_key_has_its_words_and_no_word_is_left_over() -> None:
    assert parts_below(Scheme) == set(PARTS)
    said = {f"{base.__name__}.{key}" for part in PARTS for base in part.__mro__ for key in keys_of(part)}
    assert set(KEYS) <= said
    assert all(text.zh and text.en for text in KEYS.values())


def test_the_example_of_the_explanation_runs(tmp_path, monkeypatch, capsys) -> None:
    page = (ROOT / "docs" / "explanation" / "rules.md").read_text("utf-8")
    scheme, code = (re.search(rf"```{kind}\n(.*?)```", page, re.S)[1] for kind in ("yaml", "python"))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "sample.yaml").write_text(scheme, "utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(code, "rules.md", "exec"), names)
    assert names["result"].frame["support"].tolist() == [5_000_000_000]
    assert "cap: 50,000,000 yuan, binds" in capsys.readouterr().out
