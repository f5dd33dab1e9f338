"""Hostile rule files are refused with a coded error, quickly, and do nothing; random ones never end otherwise."""

import datetime as dt
import time

import pandas as pd
import pytest
from fund_text import SAMPLE
from hypothesis import given, settings
from hypothesis import strategies as st

import haihe.rules.reading as reading
from haihe.messages import HaiheError
from haihe.rules import evaluate, read_scheme_text, rewritten
from haihe.rules.dialect import ExpressionError
from haihe.rules.expression import compile_expression
from haihe.rules.reading import parse_document
from haihe.rules.vocabulary import Term, Vocabulary

SIZE = "investment >= threshold   # exactly at the threshold is enough"
BILLION = "a: &a [x, x]\n" + "".join(
    f"{c}: &{c} [{', '.join([f'*{b}'] * 9)}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True)
)

FILES = {
    "python object": "scheme: !!python/object/apply:os.system ['touch owned']\n",
    "local tag": "scheme: !run fund\n",
    "binary tag": "scheme: !!binary aGk=\n",
    "tag directive": "%TAG ! tag:example.org,2024:\n---\nscheme: !x fund\n",
    "anchor": "scheme: &a fund\n",
    "billion laughs": BILLION,
    "alias to itself": "a: &a [*a]\n",
    "merge": "a: &x {b: c}\nd: {<<: *x}\n",
    "two documents": "a: b\n---\nc: d\n",
    "deep lists": "a: " + "[" * 5_000,
    "deep mappings": "a: " + "{a: " * 3_000,
    "deep blocks": "\n".join(" " * i + "a:" for i in range(300)),
    "many parts": "a: [" + "x, " * 50_000 + "]",
    "long text": "scheme: " + "x" * 20_000,
    "huge": "#" * 1_100_000,
    "key that is a list": "? [a, b]\n: c\n",
    "list at the top": "- a\n- b\n",
    "scalar at the top": "hello\n",
    "empty": "",
    "control characters": "scheme: a\x00b\n",
    "tabs": "scheme:\n\t- a\n",
    "unclosed": "scheme: 'fund\n",
    "surrogate": "scheme: \ud800\n",
}


@pytest.mark.parametrize("name", FILES)
def test_hostile_files_are_refused(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    started = time.process_time()
    with pytest.raises(HaiheError) as caught:
        read_scheme_text(FILES[name])
    assert caught.value.findings[0].text("zh")
    assert caught.value.code in ("E-RUL-01", "E-RUL-02", "E-RUL-04", "E-RUL-05", "E-RUL-16", "E-RUL-19")
    assert time.process_time() - started < 20
    assert not list(tmp_path.iterdir())


EXPRESSIONS = [
    "__import__('os').system('touch owned') == 0",
    "().__class__.__bases__[0] == 1",
    "investment.__class__ == 1",
    "eval('1') == 1",
    "exec('import os')",
    "open('/etc/passwd').size() > 0",
    "honest; DROP TABLE funds",
    "town.matches('(a+)+$')",
    "matches(town, '(a|a)*b')",
    "[1, 2, 3].map(x, [1, 2, 3].map(y, x * y)).size() > 0",
    "[1, 2, 3].all(x, [1, 2, 3].exists(y, x == y))",
    "has(investment.a)",
    "{'a': 1}.a == 1",
    "google.protobuf.Any{} == null",
    "type(honest) == bool",
    "b'abc' == b'abc'",
    "1u == 1u",
    "1e308 * 10.0 > 0.0",
    "99999999999999999999 > 0",
    "(" * 3_000 + "honest" + ")" * 3_000,
    "!" * 1_999 + "honest",
    "-" * 1_501 + "staff > '1'",
    "honest && " * 210 + "honest",
    "honest ? honest : " * 90 + "honest",
    "town == '" + "x" * 3_000 + "'",
    "town" + " + town" * 200 + " == 'x'",
    "staff in [" + ", ".join(map(str, range(600))) + "]",
    "amount('" + "9" * 39 + " 万元') > investment",
    "amount('1e9 万元') > investment",
    "amount('1 " + "元·" * 12 + "元') > investment",
    "duration('999999999999s') > filed_on - filed_on",
    "date('9999-99-99') > filed_on",
    "timestamp('2023-01-01T00:00:00Z') > filed_on",
    "honest == honest\x00",
    "\u202ehonest",
    "",
    " ",
    "//",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_hostile_expressions_are_refused(text: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    vocabulary = read_scheme_text(SAMPLE).clauses[0].vocabulary
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, vocabulary, "bool")
    assert caught.value.finding(file="f", row=1).text("zh")
    assert not list(tmp_path.iterdir())


def refusal_of(run) -> HaiheError | ExpressionError | None:
    """The coded error that something ends with; None where it ends well."""
    try:
        run()
    except (HaiheError, ExpressionError) as error:
        return error
    return None


VOCABULARY = Vocabulary({"n": Term("int"), "s": Term("string"), "p": Term("bool"), "d": Term("date")}, {})
SIGNS = [
    *"nspd()[]{}.,?:!-+*/%<>='\"\\ 019",
    "==",
    "&&",
    "||",
    "in",
    "null",
    "true",
    "amount('1 元')",
    "r'",
    "//",
    "\n",
]
CALLS = [
    "date('2023-01-01')",
    "given('n')",
    "size",
    ".size()",
    "has",
    "map",
    "1.5",
    "2u",
    "b''",
    "'x'",
    "duration('1h')",
]
tokens = st.sampled_from([*SIGNS, *CALLS])


@settings(max_examples=400)
@given(
    st.one_of(
        st.text(max_size=60), st.lists(tokens, max_size=25).map("".join), st.lists(tokens, max_size=9).map(" ".join)
    )
)
def test_any_text_is_an_expression_or_a_coded_refusal(text: str) -> None:
    refused = refusal_of(lambda: compile_expression(text, VOCABULARY, "bool"))
    assert refused is None or refused.finding(file="f", row=3).text("en").startswith(("E-RUL", "E-UNIT"))


def test_a_document_of_too_many_parts_is_refused_for_that() -> None:
    for many, refused in ((reading.MOST_PARTS // 2, None), (2 * reading.MOST_PARTS, "E-RUL-16")):
        caught = refusal_of(lambda many=many: parse_document("a: [" + "x, " * many + "]", "f"))
        assert (caught and caught.code) == refused


pieces = st.sampled_from(
    ["{", "}", "[", "]", ":", ": ", "- ", "\n", "  ", "&a", "*a", "!t", "|", ">", "'", '"', "#", "?"]
)
words = st.sampled_from(
    ["scheme", "fund", "title", "articles", "versions", "support", "rate", "10 %", "zh", "x", "~", "%", "---"]
)
cuts = st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 30), st.lists(st.one_of(pieces, words), max_size=6))


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=80), st.lists(st.one_of(pieces, words), max_size=30).map("".join)))
def test_any_text_is_a_document_or_a_coded_refusal(text: str) -> None:
    refused = refusal_of(lambda: parse_document(text, "f"))
    assert refused is None or refused.code in ("E-RUL-01", "E-RUL-08", "E-RUL-16", "E-RUL-19")


@settings(max_examples=40)
@given(st.lists(cuts, min_size=1, max_size=2))
def test_a_damaged_file_is_a_scheme_or_a_coded_refusal(damage) -> None:
    text = SAMPLE
    for start, length, put in damage:
        text = text[:start] + "".join(put) + text[start + length :]
    table = pd.DataFrame({"application": ["a"], "investment": [5_000], "equipment": [1_000], "honest": [True]})

    def use() -> None:
        book = read_scheme_text(text)
        evaluate(book, table[[c for c in table if c in book.fields or c == "application"]], dt.date(2024, 9, 1))

    refused = refusal_of(use)
    assert refused is None or (refused.text("zh") and refused.text("en"))


def test_a_reader_that_lets_anchors_through_is_noticed(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(reading, "_safe", lambda events, file: events)
    assert parse_document(FILES["anchor"], "f").data == {"scheme": "fund"}


paths = st.sampled_from(
    [
        ("title", "zh"),
        ("articles", "upgrade", "versions", 0, "valid_to"),
        ("articles", "upgrade", "versions", 0, "conditions", 0, "when"),
        ("articles", "upgrade", "versions", 0, "support", "rate"),
        ("articles", "upgrade", "versions", 0, "checked_by"),
        ("articles", "pilot", "versions", 0, "checked_on"),
        ("fields", "level", "choices", "city", "en"),
    ]
)


@settings(max_examples=25)
@given(paths, st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cn")), min_size=1, max_size=20))
def test_a_rewritten_value_is_read_back_and_nothing_else_changes(path, value) -> None:
    text = rewritten(SAMPLE, {path: value})
    before, after = parse_document(SAMPLE, "f"), parse_document(text, "f")

    def leaves(data, place=()):
        if isinstance(data, (dict, list)):
            for key, item in data.items() if isinstance(data, dict) else enumerate(data):
                yield from leaves(item, (*place, key))
        else:
            yield place, data

    assert dict(leaves(after.data)) == dict(leaves(before.data)) | {path: value}
    assert "# a comment that must survive" in text
    assert "# exactly at the threshold is enough" in text
    assert len(set(text.splitlines()) ^ set(SAMPLE.splitlines())) <= 2
