"""Messages: what is read, what is refused, and which lies a judge finds out."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haihe.coalition import exchange_messages as messages
from haihe.coalition import judging
from haihe.coalition.exchange_folder import Head, Line
from haihe.coalition.exchange_messages import BODY, COORDINATOR, HEAD, new_key, read_key, read_message, schema, sign
from haihe.coalition.judging import Judge
from haihe.coalition.pooling import YUAN
from haihe.messages import HaiheError

KEY = bytes(range(32))
TERMS = {"things": ["CARBON"], "units": ["t CO2"], "years": [2026, 2028]}
WEIGHTS = [2.0, 1.5]
BOUND = 100.0


def refused(code: str, what: Callable[[], object]) -> None:
    with pytest.raises(HaiheError) as error:
        what()
    assert error.value.code == code
    assert all(error.value.findings.errors[0].text(lang) for lang in ("zh", "en"))


def line(folder: Path, me: str = "TJ") -> Line:
    return Line(folder, "TJ", KEY, me)


def answer(prices: list[float], **changed: Any) -> dict[str, Any]:
    """What an honest member with the gain 4 q - q^2 / 50 (thousand yuan, each year) says to prices in yuan."""
    amounts = [[25.0 * (4.0 - price / 1e3) for price in prices]]
    gain = sum(w * (4.0 * q - q * q / 50.0) for w, q in zip(WEIGHTS, amounts[0], strict=True)) * 1e3 / YUAN
    bare = {
        "version": 1,
        "run": "r",
        "kind": "answer",
        "round": 1,
        "attempt": 1,
        "sender": "TJ",
        "receiver": COORDINATOR,
    }
    return sign({**bare, "data": "d", "reply_to": "q", **TERMS, "amounts": amounts, "gain": gain, **changed}, KEY)


def question(prices: list[float], round_: int = 1) -> dict[str, Any]:
    return {"round": round_, "signature": "q", "prices": [prices], **TERMS}


def judge() -> Judge:
    made = Judge("TJ", TERMS)
    offer = {**TERMS, "bounds": [[BOUND, BOUND]], "own_prices": [[4e3, 4e3]], "weights": WEIGHTS, "data": "d"}
    made.take_offer(offer)
    return made


def test_a_message_comes_through_as_it_was_written(tmp_path: Path) -> None:
    sent = line(tmp_path).write(Head("r", "d"), "answer", 1, {**TERMS, "amounts": [[1.0, -2.5]], "gain": 0.1}, 1, "q")
    assert line(tmp_path, COORDINATOR).read("answer", 1, run="r") == sent
    assert line(tmp_path, COORDINATOR).read("answer", 2) is None


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("E-COA-73", lambda text: text.replace("-2.5", "-2.6")),
        ("E-COA-72", lambda text: text.replace("-2.5", "NaN")),
        ("E-COA-72", lambda text: text.replace("-2.5", "1e999")),
        ("E-COA-72", lambda text: text.replace("-2.5", '"-2.5"')),
        ("E-COA-72", lambda text: text.replace('"gain"', '"gian"')),
        ("E-COA-72", lambda text: text[: len(text) // 2]),
        ("E-COA-72", lambda text: "[" * 100_000),
        ("E-COA-72", lambda text: text.replace('"version": 1', '"version": 2')),
        ("E-COA-72", lambda text: text.replace('"attempt": 1', '"attempt": true')),
    ],
)
def test_a_spoiled_message_is_refused(tmp_path: Path, code: str, spoil: Callable[[str], str]) -> None:
    line(tmp_path).write(Head("r", "d"), "answer", 1, {**TERMS, "amounts": [[1.0, -2.5]], "gain": 0.1}, 1, "q")
    path = line(tmp_path).path("TJ", "answer", 1)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    refused(code, lambda: line(tmp_path, COORDINATOR).read("answer", 1))


def test_a_signature_that_is_not_looked_at_lets_changes_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages.hmac, "compare_digest", lambda *_: True)
    with pytest.raises(pytest.fail.Exception):
        test_a_spoiled_message_is_refused(tmp_path, "E-COA-73", lambda text: text.replace("-2.5", "-2.6"))


def test_another_run_sender_or_key_is_refused(tmp_path: Path) -> None:
    line(tmp_path).write(Head("r", "d"), "answer", 1, {**TERMS, "amounts": [[1.0, 2.0]], "gain": 0.1}, 1, "q")
    path = line(tmp_path).path("TJ", "answer", 1)
    other = bytes(32)
    refused("E-COA-74", lambda: read_message(path, KEY, sender="TJ", receiver=COORDINATOR, run="another"))
    refused("E-COA-74", lambda: read_message(path, KEY, sender="BJ", receiver=COORDINATOR))
    refused("E-COA-73", lambda: read_message(path, other, sender="TJ", receiver=COORDINATOR))


def test_the_schema_names_every_field_of_every_kind() -> None:
    made = schema()
    assert [kind["title"] for kind in made["oneOf"]] == list(BODY)
    for kind in made["oneOf"]:
        names = {field.name for field in (*HEAD, *BODY[kind["title"]])} | {"signature"}
        assert set(kind["properties"]) == set(kind["required"]) == names
        assert kind["additionalProperties"] is False
    json.dumps(made, allow_nan=False)


def test_keys_are_long_and_never_the_same(tmp_path: Path) -> None:
    assert new_key() != new_key()
    path = tmp_path / "key"
    path.write_text(new_key() + "\n", "ascii")
    assert len(read_key(path)) == 32
    for text in ("abcd", "no key", ""):
        path.write_text(text, "ascii")
        refused("E-COA-84", lambda: read_key(path))
    refused("E-COA-84", lambda: read_key(tmp_path / "none"))


@given(st.lists(st.lists(st.floats(0.0, 7.9e3), min_size=2, max_size=2), min_size=1, max_size=6))
def test_an_honest_member_is_never_refused(asked: list[list[float]]) -> None:
    made = judge()
    for round_, prices in enumerate(asked, 1):
        said = made.of_answer(answer(prices, round=round_), question(prices, round_))
        made.take_answer(round_, np.array([prices]), said)


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("E-COA-76", {"units": ["kt CO2"]}),
        ("E-COA-76", {"things": ["WATER"]}),
        ("E-COA-76", {"years": [2026, 2030]}),
        ("E-COA-74", {"round": 2}),
        ("E-COA-74", {"reply_to": "another question"}),
        ("E-COA-79", {"data": "changed"}),
        ("E-COA-75", {"amounts": [[1.0]]}),
        ("E-COA-75", {"amounts": [[1.0, 2.0], [1.0, 2.0]]}),
        ("E-COA-77", {"amounts": [[1.0, -1.01 * BOUND]]}),
        ("E-COA-78", {"gain": -1.0}),
        ("E-COA-78", {"amounts": [[25.0, 60.0]]}),
        ("E-COA-78", {"gain": 1e-3}),
    ],
)
def test_nonsense_is_refused_with_its_reason(code: str, changed: dict[str, Any]) -> None:
    made, prices = judge(), [1000.0, 2000.0]
    for round_, earlier in enumerate(([2000.0, 2000.0], [3000.0, 1000.0], [500.0, 1500.0]), 1):
        said = made.of_answer(answer(earlier, round=round_), question(earlier, round_))
        made.take_answer(round_, np.array([earlier]), said)
    asked = question(prices, 4)
    refused(code, lambda: made.of_answer(answer(prices, **{"round": 4} | changed), asked))
    assert made.of_answer(answer(prices, round=4), asked).amounts.shape == (1, 2)


def test_without_comparing_answers_a_contradiction_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "SLACK", 1e9)
    with pytest.raises(pytest.fail.Exception):
        test_nonsense_is_refused_with_its_reason("E-COA-78", {"amounts": [[25.0, 60.0]]})


def test_the_reference_pages_are_those_of_the_declaration() -> None:
    root = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location("exchange_page", root / "scripts" / "exchange_page.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name, text in script.files().items():
        assert (root / "docs" / "reference" / name).read_text("utf-8") == text
