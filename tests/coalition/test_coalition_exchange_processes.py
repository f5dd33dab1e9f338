"""An exchange over files: separate folders, members that lie, fall silent or die, a coordinator that is killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from exchange_region import THINGS, exchange_region
from typer.testing import CliRunner

from haihe.cli import app
from haihe.coalition.coordinator import STATE, Coordinator, Rules
from haihe.coalition.exchange import Exchange, exchange, together
from haihe.coalition.exchange_folder import Head, Line
from haihe.coalition.exchange_messages import COORDINATOR, read_key, sign, write_message
from haihe.coalition.member_process import MemberProcess, Settled
from haihe.coalition.preparation import prepare, read_terms
from haihe.messages import HaiheError, Text
from haihe.planning.control import Control

QUICK = 0.02
HAIHE = [sys.executable, "-c", "from haihe.cli import main; main()", "exchange"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of two members and a coordinator, before anything was sent."""
    folder = tmp_path_factory.mktemp("made")
    prepare(exchange_region(2), ("CARBON",), folder)
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


def coordinator(here: Path, **rules: Any) -> Coordinator:
    own, control = here / "coordinator", rules.pop("control", None)
    terms = read_terms(own)
    given = {"pause": QUICK, "patience": 60.0} | rules
    return Coordinator(here / "shared", own, terms.over, terms.members, Rules(**given), control)


def member(here: Path, name: str, **more: Any) -> MemberProcess:
    own = here / "members" / name
    given = {"pause": QUICK, "patience": 60.0} | more
    return MemberProcess(here / "shared", own, read_key(own / "exchange" / "key"), **given)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run works side by side; what each gives, or the error it raises."""
    results: list[Any] = [None] * len(works)

    def one(k: int) -> None:
        try:
            results[k] = works[k]()
        except HaiheError as error:
            results[k] = error

    threads = [threading.Thread(target=one, args=(k,), daemon=True) for k in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
        assert not thread.is_alive()
    return results


def test_folders_reach_what_one_process_reaches(here: Path) -> None:
    region = exchange_region(2)
    first, second, done = at_once(member(here, "M0").run, member(here, "M1").run, coordinator(here).run)
    direct, joint = exchange(region, ("CARBON",)), together(region, ("CARBON",))
    assert isinstance(done, Exchange)
    assert done.gain == pytest.approx(direct.gain, rel=2e-4)
    assert done.gain >= 0.99 * joint.gain
    assert isinstance(first, Settled)
    assert first.gain + second.gain >= done.gain - 1e-6
    assert first.paid == pytest.approx(-second.paid, abs=1e-6)
    assert min(first.net, second.net) > -1e-3 * joint.gain
    assert (here / "members" / "M0" / "exchange" / "settled.csv").exists()


def test_a_stopped_coordinator_and_member_go_on_where_they_were(here: Path) -> None:
    """Cancelled in the third round, both go on with the same run, and nothing accepted before changes."""
    stop = threading.Event()

    def watch(text: Text) -> None:
        if text.en.startswith("round 3"):
            stop.set()

    control = Control(cancel=stop, progress=watch)
    works = (member(here, "M0", control=Control(cancel=stop)).run, member(here, "M1", patience=240.0).run)
    again: list[Any] = []

    def restarted() -> Exchange:
        with pytest.raises(HaiheError) as cancelled:
            coordinator(here, control=control).run()
        assert cancelled.value.code == "E-PLN-60"
        again.append(json.loads((here / "coordinator" / STATE).read_text("utf-8")))
        worker = threading.Thread(target=member(here, "M0").run, daemon=True)
        worker.start()
        done = coordinator(here).run()
        worker.join(60)
        return done

    *_, done = at_once(*works, restarted)
    kept = json.loads((here / "coordinator" / STATE).read_text("utf-8"))
    assert isinstance(done, Exchange)
    assert done.reached
    assert kept["run"] == again[0]["run"]
    assert len(again[0]["prices"]) >= 3
    assert kept["answers"][:3] == again[0]["answers"][:3]


def lying(here: Path, spoil: Callable[[dict[str, Any], bytes], dict[str, Any]], round_: int) -> Callable[[], Settled]:
    """A member whose first answer of one round is spoiled on its way, as if it had said something else."""
    process = member(here, "M1")
    kept = process._send

    def send(kind: Any, at: int, body: Any, reply_to: Any, attempt: int) -> None:
        if kind == "answer" and at == round_ and attempt == 1:
            honest = {
                "version": 1, "run": process.head.run, "kind": kind, "round": at, "attempt": 1, "sender": "M1",
                "receiver": COORDINATOR, "data": process.head.data, "reply_to": reply_to["signature"], **body,
            }  # fmt: skip
            key = process.line.key
            write_message(process.line.path("M1", "answer", at, 1), spoil(honest, key))
        else:
            kept(kind, at, body, reply_to, attempt)

    process._send = send  # type: ignore[method-assign]
    return process.run


def _signed(**changed: Any) -> Callable[[dict[str, Any], bytes], dict[str, Any]]:
    return lambda honest, key: sign(honest | changed, key)


def terms_like(honest: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Terms, signed, in the place of an answer."""
    kept = {name: value for name, value in honest.items() if name not in ("amounts", "gain", "signature")}
    return sign(kept | {"kind": "terms", "members": ["M0", "M1"]}, key)


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("E-COA-73", lambda honest, _: sign(honest, bytes(32))),
        ("E-COA-76", _signed(units=["kt CO2"])),
        ("E-COA-77", _signed(amounts=[[0.0, 0.0, 1e12]])),
        ("E-COA-78", _signed(gain=1e6)),
        ("E-COA-72", lambda honest, _: honest | {"gain": 10**400, "signature": "0" * 64}),
        ("E-COA-72", lambda honest, _: honest | {"data": "../..", "run": "../.."}),
        ("E-COA-74", lambda honest, key: terms_like(honest, key)),
    ],
)
def test_nonsense_is_refused_with_a_reason_and_may_be_sent_again(
    here: Path, code: str, spoil: Callable[[dict[str, Any], bytes], dict[str, Any]]
) -> None:
    _, _, done = at_once(member(here, "M0").run, lying(here, spoil, 2), coordinator(here).run)
    assert isinstance(done, Exchange)
    assert done.reached
    said = json.loads((here / "shared" / "to" / "M1" / "0002-rejection-1.json").read_text("utf-8"))
    assert said["code"] == code
    assert said["reason_zh"]
    assert said["reason_en"]
    assert (here / "shared" / "from" / "M1" / "0002-answer-2.json").exists()
    assert not (here / "shared" / "to" / "M0" / "0002-rejection-1.json").exists()


def test_a_member_that_insists_on_nonsense_gives_up_with_the_reason(here: Path) -> None:
    process = member(here, "M1")
    kept = process._member

    def wrong(terms: Any) -> Any:
        found = kept(terms)
        process.head = Head(process.head.run, "other data after the offer")
        return found

    offer = process._send

    def send(kind: Any, at: int, body: Any, reply_to: Any, attempt: int) -> None:
        real = process.head
        process.head = Head(real.run, process.region.hash) if kind == "offer" else real
        offer(kind, at, body, reply_to, attempt)
        process.head = real

    process._member, process._send = wrong, send  # type: ignore[method-assign]
    _, failed, silent = at_once(member(here, "M0", patience=8.0).run, process.run, coordinator(here, patience=4.0).run)
    assert failed.code == "E-COA-85"
    assert silent.code == "E-COA-82"


def test_a_silent_member_stops_the_coordinator_and_nothing_is_lost(here: Path) -> None:
    first, stopped = at_once(member(here, "M0", patience=2.0).run, coordinator(here, patience=1.0).run)
    assert stopped.code == "E-COA-82"
    assert "M1" in str(stopped.findings.errors[0].values["value"])
    assert first.code == "E-COA-82"
    *_, done = at_once(member(here, "M0").run, member(here, "M1").run, coordinator(here).run)
    assert done.reached


def test_a_coordinator_may_go_on_waiting_and_says_so(here: Path) -> None:
    said: list[str] = []
    control = Control(progress=lambda text: said.append(text.en))

    def late() -> Settled:
        time.sleep(2.0)
        return member(here, "M1").run()

    *_, done = at_once(member(here, "M0").run, late, coordinator(here, patience=0.5, wait=True, control=control).run)
    assert done.reached
    assert any("still waiting" in text and "M1" in text for text in said)


def test_a_replayed_answer_is_the_same_file(here: Path) -> None:
    at_once(member(here, "M0").run, member(here, "M1").run, coordinator(here).run)
    sent = here / "shared" / "from" / "M0"
    before = {path.name: path.read_bytes() for path in sent.iterdir()}
    shutil.rmtree(sent)
    assert isinstance(member(here, "M0").run(), Settled)
    assert {path.name: path.read_bytes() for path in sent.iterdir()} == before


def test_a_member_whose_tables_changed_says_so_and_sends_nothing(here: Path) -> None:
    """After its offer a member comes back with other tables: it says so itself, before anything goes out."""
    works = (member(here, "M0", patience=2.0).run, coordinator(here, patience=1.0).run)
    assert [stopped.code for stopped in at_once(*works)] == ["E-COA-82", "E-COA-82"]
    sent = {path: path.read_bytes() for path in (here / "shared" / "from" / "M0").iterdir()}
    assert sent
    again = member(here, "M0")
    regions = again.region["regions"]
    again.region = again.region.with_table("regions", regions.assign(name_zh=regions["name_zh"] + "改"))
    with pytest.raises(HaiheError) as changed:
        again.run()
    assert changed.value.code == "E-COA-79"
    assert {path: path.read_bytes() for path in (here / "shared" / "from" / "M0").iterdir()} == sent


def test_a_run_from_the_terms_is_no_path(here: Path) -> None:
    """Terms that are signed and still name a folder elsewhere as the run are refused before anything is kept."""
    first = coordinator(here)
    for name, line in first.lines.items():
        honest = line.write(Head("0" * 16, first.head.data), "terms", 0, first.state.terms)
        path = line.path(COORDINATOR, "terms", 0)
        path.unlink()
        write_message(path, sign(honest | {"run": f"../../../stolen-{name}"}, line.key))
    with pytest.raises(HaiheError) as refused:
        member(here, "M0").run()
    assert refused.value.code == "E-COA-72"
    assert not [path for path in here.rglob("*") if "stolen" in path.name]


def test_keys_cannot_be_read_by_others_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    real = Path.replace

    def watched(path: Path, target: Path) -> Path:
        if Path(target).name == "key" or Path(target).suffix == ".key":
            modes.append(path.stat().st_mode & 0o777)
        return real(path, target)

    monkeypatch.setattr(Path, "replace", watched)
    prepare(exchange_region(2), ("CARBON",), tmp_path)
    assert modes == [0o600] * 4


def test_a_coordinator_killed_before_anything_came_keeps_its_run(here: Path) -> None:
    assert coordinator(here).state.run == coordinator(here).state.run


def test_messages_of_another_run_are_not_taken_for_the_own(here: Path) -> None:
    assert at_once(coordinator(here, patience=0.2).run)[0].code == "E-COA-82"
    (here / "coordinator" / STATE).unlink()
    assert at_once(coordinator(here, patience=0.2).run)[0].code == "E-COA-83"


def test_state_of_another_exchange_is_refused(here: Path, tmp_path: Path) -> None:
    coordinator(here)
    terms = read_terms(here / "coordinator")
    with pytest.raises(HaiheError) as refused:
        Coordinator(here / "shared", here / "coordinator", terms.over, terms.members[::-1])
    assert refused.value.code == "E-COA-83"
    with pytest.raises(HaiheError) as none:
        read_terms(tmp_path / "shared")
    assert none.value.code == "E-COA-86"


def test_messages_for_another_member_cannot_be_read_with_the_own_key(here: Path) -> None:
    keys = here / "coordinator" / "keys"
    assert (keys / "M0.key").read_text() != (keys / "M1.key").read_text()
    assert (keys / "M0.key").stat().st_mode & 0o077 == 0
    line = Line(here / "shared", "M0", read_key(keys / "M0.key"), COORDINATOR)
    line.write(Head("0" * 16, "d"), "rejection", 1, {"code": "x", "reason_zh": "x", "reason_en": "x"})
    with pytest.raises(HaiheError) as refused:
        Line(here / "shared", "M0", read_key(keys / "M1.key"), "M0").read("rejection", 1)
    assert refused.value.code == "E-COA-73"


def test_commands_say_it_in_words_and_repeat_it_after_the_end(here: Path) -> None:
    """After the end both commands run again from what is kept, without a new question, and say the same."""
    at_once(member(here, "M0").run, member(here, "M1").run, coordinator(here).run)
    sent = {path: path.read_bytes() for path in (here / "shared").rglob("*.json")}
    shared, own = str(here / "shared"), str(here / "coordinator")
    for lang, coordinated, taken in (("zh", "合计收益至少", "净得"), ("en", "together at least", "net ")):
        asked = CliRunner().invoke(app, ["exchange", "coordinator", shared, own, "--lang", lang])
        assert asked.exit_code == 0, asked.output
        assert coordinated in asked.stdout
        told = CliRunner().invoke(app, ["exchange", "member", shared, str(here / "members" / "M0"), "--lang", lang])
        assert told.exit_code == 0, told.output
        assert taken in told.stdout
    assert {path: path.read_bytes() for path in (here / "shared").rglob("*.json")} == sent


def test_prepare_says_who_got_a_folder(tmp_path: Path) -> None:
    exchange_region(2).write(tmp_path / "all")
    out = str(tmp_path / "out")
    made = CliRunner().invoke(
        app, ["exchange", "prepare", str(tmp_path / "all"), "--thing", "CARBON", "-o", out, "--json"]
    )
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["members"] == ["M0", "M1"]
    assert read_terms(tmp_path / "out" / "coordinator").over.units == ("t CO2",)
    wrong = CliRunner().invoke(app, ["exchange", "prepare", str(tmp_path / "all"), "--thing", "SUN", "-o", out])
    assert wrong.exit_code == 1
    assert "E-COA-71" in wrong.output


def begin(*words: str | Path) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own."""
    return subprocess.Popen([*HAIHE, *map(str, words), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[tuple[Path, list[subprocess.Popen[bytes]]]]:
    """Folders of three members, and the processes to end after the test."""
    prepare(exchange_region(3), THINGS, tmp_path)
    running: list[subprocess.Popen[bytes]] = []
    yield tmp_path, running
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def await_round(here: Path, round_: int, seconds: float = 240.0) -> None:
    """Wait until the coordinator has accepted all answers of a round."""
    state, until = here / "coordinator" / STATE, time.monotonic() + seconds
    while time.monotonic() < until:
        if state.exists() and len(json.loads(state.read_text("utf-8"))["prices"]) > round_:
            return
        time.sleep(0.05)
    raise AssertionError(f"round {round_} was not reached")


@pytest.mark.slow
def test_killed_processes_resume_and_reach_the_joint_plan(
    three: tuple[Path, list[subprocess.Popen[bytes]]],
) -> None:
    """Coordinator and a member are killed at once, twice, and started again: same run, same answers, same plan."""
    here, running = three
    shared, own = here / "shared", here / "coordinator"

    def start(name: str) -> subprocess.Popen[bytes]:
        words = ("coordinator", shared, own) if name == COORDINATOR else ("member", shared, here / "members" / name)
        running.append(begin(*words, "--patience", "240"))
        return running[-1]

    live = {name: start(name) for name in (COORDINATOR, "M0", "M1", "M2")}
    for round_ in (2, 5):
        await_round(here, round_)
        before = json.loads((own / STATE).read_text("utf-8"))
        for name in (COORDINATOR, "M1"):
            os.kill(live[name].pid, signal.SIGKILL)
            live[name].wait()
            assert live[name].returncode == -signal.SIGKILL
            live[name] = start(name)
    out, err = live[COORDINATOR].communicate(timeout=300)
    assert live[COORDINATOR].returncode == 0, err
    found, after = json.loads(out), json.loads((own / STATE).read_text("utf-8"))
    assert after["run"] == before["run"]
    assert after["answers"][:5] == before["answers"][:5]
    joint = together(exchange_region(3), THINGS)
    assert found["reached"]
    assert found["rounds"] <= 40
    assert found["gain"] >= 0.99 * joint.gain
    nets = []
    for name in ("M0", "M1", "M2"):
        out, err = live[name].communicate(timeout=120)
        assert live[name].returncode == 0, err
        nets.append(json.loads(out)["net"])
    assert sum(nets) == pytest.approx(joint.gain, rel=0.01)
