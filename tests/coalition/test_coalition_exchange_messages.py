"""Messages: what is read, what is refused, and which lies a judge finds out."""

import importlib.util
import json
import os
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
RUN = "00000000000000aa"


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
        "run": RUN,
        "kind": "answer",
        "round": 1,
        "attempt": 1,
        "sender": "TJ",
        "receiver": COORDINATOR,
    }
    return sign({**bare, "data": "d", "reply_to": "q", **TERMS, "amounts": amounts, "gain": gain, **changed}, KEY)


def question(prices: list[float], round_: int = 1) -> dict[str, Any]:
    return {"round": round_, "signature": "q", "prices": [prices], **TERMS}


def offer(**changed: Any) -> dict[str, Any]:
    said = {"bounds": [[BOUND, BOUND]], "own_prices": [[4e3, 4e3]], "weights": WEIGHTS, "data": "d"}
    return {**TERMS, **said, "round": 0, "reply_to": SENT["signature"], **changed}


SENT = {"round": 0, "signature": "t"}
"""What an offer answers."""


def judge() -> Judge:
    made = Judge("TJ", TERMS)
    made.take_offer(offer(), SENT)
    return made


def test_a_message_comes_through_as_it_was_written(tmp_path: Path) -> None:
    sent = line(tmp_path).write(Head(RUN, "d"), "answer", 1, {**TERMS, "amounts": [[1.0, -2.5]], "gain": 0.1}, 1, "q")
    assert line(tmp_path, COORDINATOR).read("answer", 1, run=RUN) == sent
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
        ("E-COA-72", lambda text: text.replace("-2.5", "1" * 400)),
        ("E-COA-72", lambda text: text.replace("-2.5", "1" * 5000)),
        ("E-COA-73", lambda text: text.replace("-2.5", "1" * 30)),
        ("E-COA-72", lambda text: text.replace('"round": 1', '"round": ' + "1" * 30)),
        ("E-COA-72", lambda text: text.replace('"data": "d"', '"data": "\\ud800"')),
        ("E-COA-72", lambda text: text.replace('"gain"', '"\\udfff"')),
        ("E-COA-72", lambda text: text.replace(RUN, "../../../../over")),
        ("E-COA-72", lambda text: text + " " * messages.LONGEST),
    ],
)
def test_a_spoiled_message_is_refused(tmp_path: Path, code: str, spoil: Callable[[str], str]) -> None:
    line(tmp_path).write(Head(RUN, "d"), "answer", 1, {**TERMS, "amounts": [[1.0, -2.5]], "gain": 0.1}, 1, "q")
    path = line(tmp_path).path("TJ", "answer", 1)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    refused(code, lambda: line(tmp_path, COORDINATOR).read("answer", 1))


def test_a_signature_that_is_not_looked_at_lets_changes_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages.hmac, "compare_digest", lambda *_: True)
    with pytest.raises(pytest.fail.Exception):
        test_a_spoiled_message_is_refused(tmp_path, "E-COA-73", lambda text: text.replace("-2.5", "-2.6"))


def test_another_run_sender_or_key_is_refused(tmp_path: Path) -> None:
    line(tmp_path).write(Head(RUN, "d"), "answer", 1, {**TERMS, "amounts": [[1.0, 2.0]], "gain": 0.1}, 1, "q")
    path = line(tmp_path).path("TJ", "answer", 1)
    other = bytes(32)
    refused("E-COA-74", lambda: read_message(path, KEY, sender="TJ", receiver=COORDINATOR, run="another"))
    refused("E-COA-74", lambda: read_message(path, KEY, sender="BJ", receiver=COORDINATOR))
    refused("E-COA-73", lambda: read_message(path, other, sender="TJ", receiver=COORDINATOR))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_links_pipes_and_folders_are_no_messages_and_hold_nobody_up(tmp_path: Path) -> None:
    sent = line(tmp_path).write(Head(RUN, "d"), "answer", 1, {**TERMS, "amounts": [[1.0, 2.0]], "gain": 0.1}, 1, "q")
    path, reader = line(tmp_path).path("TJ", "answer", 1), line(tmp_path, COORDINATOR)
    assert reader.read("answer", 1) == sent
    real = path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(real)
    refused("E-COA-72", lambda: reader.read("answer", 1))
    path.unlink()
    os.mkfifo(path)
    refused("E-COA-72", lambda: reader.read("answer", 1))
    path.unlink()
    path.mkdir()
    refused("E-COA-72", lambda: reader.read("answer", 1))


def test_no_more_is_read_than_a_message_may_be_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.json"
    with path.open("wb") as file:
        file.truncate(10 * messages.LONGEST)
    sizes: list[int] = []
    real = os.fdopen

    def watched(*args: Any, **kwargs: Any) -> Any:
        file = real(*args, **kwargs)
        read = file.read
        monkeypatch.setattr(file, "read", lambda size=-1: sizes.append(size) or read(size), raising=False)
        return file

    monkeypatch.setattr(messages.os, "fdopen", watched)
    refused("E-COA-72", lambda: read_message(path, KEY, sender="TJ", receiver=COORDINATOR))
    assert sizes == [messages.LONGEST + 1]


def test_a_message_at_another_place_than_its_own_is_refused(tmp_path: Path) -> None:
    """A question copied to a later round, a try or a kind that it is not: signed, and still no answer to what was asked."""
    coordinator, member = line(tmp_path, COORDINATOR), line(tmp_path)
    coordinator.write(Head(RUN, "d"), "question", 1, {**TERMS, "prices": [[1.0, 2.0]]})
    first = coordinator.path(COORDINATOR, "question", 1)
    for kind, round_, attempt in (("question", 2, 1), ("question", 1, 2), ("result", 1, 1)):
        place = coordinator.path(COORDINATOR, kind, round_, attempt)  # type: ignore[arg-type]
        place.write_bytes(first.read_bytes())
        refused("E-COA-74", lambda k=kind, r=round_, a=attempt: member.read(k, r, a))  # type: ignore[misc]
    assert member.read("question", 1) is not None
    member.write(Head(RUN, "d"), "terms", 1, {**TERMS, "members": ["TJ"]})
    member.path("TJ", "terms", 1).rename(member.path("TJ", "answer", 1))
    refused("E-COA-74", lambda: coordinator.read("answer", 1))


@pytest.mark.parametrize("code", ["../../x", "/haihe/x", "..", "..\\x"])
def test_a_line_stays_in_its_folder_whatever_the_code(tmp_path: Path, code: str) -> None:
    there = Line(tmp_path / "shared", code, KEY, code)
    there.write(Head(RUN, "d"), "answer", 1, {**TERMS, "amounts": [[1.0, 2.0]], "gain": 0.1}, 1, "q")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.parent.parent for path in files] == [tmp_path / "shared" / "from"]
    assert Line(tmp_path / "shared", code, KEY, COORDINATOR).read("answer", 1) is not None


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
        ("E-COA-78", {"gain": 1e300}),
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


def test_no_first_answer_gains_more_than_the_own_prices_say() -> None:
    """With nothing to compare it with, an answer is held to the offer: 20 units at 4 thousand yuan gain less than that."""
    made, prices = judge(), [3200.0, 3200.0]
    most = sum(WEIGHTS) * 20.0 * 4e3 / YUAN
    asked = question(prices)
    made.of_answer(answer(prices, gain=most), asked)
    for gain in (1.001 * most, 10.0, 1e300):
        refused("E-COA-78", lambda told=gain: made.of_answer(answer(prices, gain=told), asked))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("E-COA-74", {"reply_to": "other terms"}),
        ("E-COA-74", {"round": 1}),
        ("E-COA-75", {"bounds": [[BOUND, 1e300]]}),
        ("E-COA-75", {"own_prices": [[4e3, -1e300]]}),
        ("E-COA-75", {"weights": [2.0, 1e300]}),
        ("E-COA-75", {"bounds": [[1e15, 1e15]], "own_prices": [[1e11, 1e11]]}),
        ("E-COA-75", {"bounds": [[BOUND, -1.0]]}),
        ("E-COA-75", {"weights": [2.0, 10**30]}),
    ],
)
def test_an_offer_beyond_any_economy_or_to_other_terms_is_refused(code: str, changed: dict[str, Any]) -> None:
    refused(code, lambda: Judge("TJ", TERMS).of_offer(offer(**changed), SENT))
    assert Judge("TJ", TERMS).of_offer(offer(), SENT).bounds.shape == (1, 2)


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
