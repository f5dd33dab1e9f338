"""Runs: the same by one process, by two and on Dask; nothing is lost when processes are killed; memory does not grow."""

import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_cases import Squares, names

from haihe.messages import HaiheError, Text
from haihe.planning.control import Control
from haihe.planning.decided import Decisions
from haihe.planning.ensemble import EnsembleWork
from haihe.planning.futures import Future, Futures
from haihe.planning.journal import Journal
from haihe.planning.marks import mark_of
from haihe.planning.runs import AHEAD, run_all
from scarce_region import scarce_region

HERE = Path(__file__).resolve().parent
BOTH = pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])


def squares(journal: Journal) -> dict[str, int]:
    """What stands in a journal; every run once."""
    records = list(journal.records())
    found = {record["run"]: record["square"] for record in records}
    assert len(records) == len(found)
    return found


def right(n: int) -> dict[str, int]:
    return {str(k): k * k for k in range(n)}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="distributed stands in the extras dask and dev")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as running:
        yield running


@BOTH
def test_every_run_stands_in_the_journal_once(workers: int, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "deep" / "runs.jsonl", Squares().key)
    run_all(Squares(), names(9), journal, workers=workers)
    assert squares(journal) == right(9)
    assert squares(Journal(journal.path, Squares().key)) == right(9)


@pytest.mark.slow
def test_dask_gives_the_same(cluster: Any, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "runs.jsonl", Squares().key)
    run_all(Squares(), names(9), journal, dask=cluster.scheduler_address)
    assert squares(journal) == right(9)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["processes", "dask"])
def test_a_killed_worker_loses_nothing(way: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    work = Squares(str(tmp_path / "log"), kills=("3",))
    journal = Journal(tmp_path / "runs.jsonl", work.key)
    how: dict[str, Any] = {"workers": 2}
    if way == "dask":
        how = {"dask": request.getfixturevalue("cluster").scheduler_address}
    run_all(work, names(12), journal, **how)
    assert squares(journal) == right(12)
    assert sum(line.startswith("3 ") for line in work.begun().splitlines()) == 2


@pytest.mark.endure
def test_runs_that_always_kill_their_process_are_named_and_the_others_are_kept(tmp_path: Path) -> None:
    work = Squares(str(tmp_path / "log"), kills=("2", "3"), always=True)
    journal = Journal(tmp_path / "runs.jsonl", work.key)
    with pytest.raises(HaiheError) as caught:
        run_all(work, names(9), journal, workers=2)
    assert caught.value.code == "E-PLN-104"
    assert "“2, 3”" in str(caught.value)
    assert squares(journal) == {name: square for name, square in right(9).items() if name not in work.kills}


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_a_killed_parent_is_taken_up_and_leaves_no_process_behind(tmp_path: Path) -> None:
    work = Squares(str(tmp_path / "log"))
    path = tmp_path / "runs.jsonl"
    command = [sys.executable, str(HERE / "run_cases.py"), str(path), work.log, "2"]
    started = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    with subprocess.Popen(command, env=started) as parent:
        while not path.exists() or len(path.read_bytes().splitlines()) < 6:
            assert parent.poll() is None
            time.sleep(0.05)
        parent.send_signal(signal.SIGKILL)
    workers = {int(line.split()[1]) for line in work.begun().splitlines()}
    assert workers
    for _ in range(200):
        if not any(alive(pid) for pid in workers):
            break
        time.sleep(0.05)
    assert not any(alive(pid) for pid in workers)
    journal = Journal(path, work.key)
    done = set(journal.done)
    assert 5 <= len(done) < 40
    Path(work.log).unlink()
    run_all(work, names(40), journal)
    assert squares(journal) == right(40)
    assert {line.split()[0] for line in work.begun().splitlines()} == set(names(40)) - done


@settings(max_examples=40)
@given(cut=st.integers(0, 400))
def test_a_line_that_was_cut_off_is_done_again(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("cut") / "runs.jsonl"
    run_all(Squares(), names(5), Journal(path, Squares().key))
    whole = path.read_bytes()
    head = whole.index(b"\n") + 1
    path.write_bytes(whole[: head + min(cut, len(whole) - head)])
    kept = path.read_bytes().count(b"\n") - 1
    journal = Journal(path, Squares().key)
    assert len(journal.done) == kept
    run_all(Squares(), names(5), journal)
    assert squares(journal) == right(5)


@pytest.mark.parametrize("text", ["no journal\n", '{"runs_of": "another"}\n', "[]\n", "\udcff\n", '{"runs_of": "'])
def test_a_file_that_is_no_journal_of_these_runs_is_refused_and_kept(text: str, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(HaiheError) as caught:
        Journal(path, Squares().key)
    assert caught.value.code == "E-PLN-101"
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")


@BOTH
def test_an_error_of_the_data_ends_the_runs_and_keeps_what_is_done(workers: int, tmp_path: Path) -> None:
    work = Squares(wrong=("7",))
    journal = Journal(tmp_path / "runs.jsonl", work.key)
    with pytest.raises(HaiheError) as caught:
        run_all(work, names(8), journal, workers=workers)
    assert caught.value.code == "E-PLN-96"
    assert set(squares(journal)) >= set(names(8 - AHEAD * workers - 1))


@BOTH
def test_cancelled_runs_stop_and_keep_what_is_done(workers: int, tmp_path: Path) -> None:
    event = threading.Event()
    journal = Journal(tmp_path / "runs.jsonl", Squares().key)
    control = Control(cancel=event, progress=lambda _: event.set())
    with pytest.raises(HaiheError) as caught:
        run_all(Squares(), names(9), journal, workers=workers, control=control)
    assert caught.value.code == "E-PLN-60"
    assert 1 <= len(squares(journal)) < 9


@BOTH
def test_an_error_of_the_work_itself_is_said_as_it_is(
    workers: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    journal = Journal(tmp_path / "runs.jsonl", Squares().key)
    with pytest.raises(HaiheError) as caught:
        run_all(Squares(shut=True), names(3), journal, workers=workers)
    assert caught.value.code == "E-PLN-96"
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_cancelled_runs_leave_no_process_at_work(tmp_path: Path) -> None:
    work = Squares(str(tmp_path / "log"), wait=30)
    journal = Journal(tmp_path / "runs.jsonl", work.key)
    with pytest.raises(HaiheError) as caught:
        run_all(work, names(9), journal, workers=2, control=Control(cancel=lambda: bool(work.begun())))
    assert caught.value.code == "E-PLN-60"
    workers = {int(line.split()[1]) for line in work.begun().splitlines()}
    assert workers
    assert not any(alive(pid) for pid in workers)
    assert not journal.done


def test_a_line_in_the_middle_that_cannot_be_read_is_told_of_and_only_its_run_done_again(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    run_all(Squares(), names(5), Journal(path, Squares().key))
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = b"not a record\n"
    path.write_bytes(b"".join(lines))
    said: list[str] = []
    journal = Journal(path, Squares().key)
    assert journal.done == set(names(5)) - {"2"}
    assert [finding.code for finding in journal.findings] == ["W-PLN-118"]
    assert path.read_bytes() == b"".join(lines)
    run_all(Squares(), names(5), journal, control=Control(progress=lambda text: said.append(text("en"))))
    assert squares(journal) == right(5)
    assert said[0].startswith("W-PLN-118")
    assert said[1:] == ["5 of 5 done: 2"]


def test_two_that_write_to_one_journal_keep_each_run_once(tmp_path: Path) -> None:
    one, other = (Journal(tmp_path / "runs.jsonl", Squares().key) for _ in range(2))
    for name in names(4):
        one.write(name, {"square": int(name) ** 2})
    run_all(Squares(), names(6), other)
    assert squares(one) == right(6)
    one.write("6", {"square": 36})
    assert squares(other) == right(7)


def test_a_line_half_written_by_another_is_not_cut_off(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl", reason="locks of Unix")
    path = tmp_path / "runs.jsonl"
    Journal(path, Squares().key).write("0", {"square": 0})
    opened: list[Journal] = []
    reader = threading.Thread(target=lambda: opened.append(Journal(path, Squares().key)))
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(b'{"run": "1", ')
        file.flush()
        reader.start()
        reader.join(0.3)
        file.write(b'"square": 1}\n')
        file.flush()
        fcntl.flock(file, fcntl.LOCK_UN)
    reader.join()
    assert opened[0].done == {"0", "1"}
    assert squares(opened[0]) == right(2)


def test_a_head_that_could_not_be_written_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        Journal(tmp_path / "runs.jsonl", Squares().key)
    assert not list(tmp_path.iterdir())


def test_the_mark_of_runs_tells_apart_what_a_short_print_does_not() -> None:
    table = pd.DataFrame({"value": np.arange(200.0), "name": [f"n{k}" for k in range(200)]})
    other = table.copy()
    other.loc[100, "value"] = -1.0
    assert repr(table) == repr(other)
    futures = Futures((Future("f", Text("f", "f")),))
    decided = [{"decided": Decisions(2020, each)} for each in (table, table.copy(), other)]
    work = [EnsembleWork(scarce_region(), futures, options) for options in decided]
    assert work[0].key == work[1].key
    assert work[0].key != work[2].key
    long = np.zeros(5000)
    assert mark_of({"a": long, "b": 1}) == mark_of({"b": 1, "a": long.copy()})
    values: list[object] = [
        {"a": long},
        {"a": long + (np.arange(5000) == 2500)},
        {"a": long[1:]},
        [long],
        table["name"],
    ]
    assert len({mark_of(value) for value in values}) == len(values)


@BOTH
def test_the_memory_of_many_runs_is_that_of_few(workers: int, tmp_path: Path) -> None:
    work = Squares(ballast=200_000)
    journal = Journal(tmp_path / "runs.jsonl", work.key)
    tracemalloc.start()
    try:
        run_all(work, names(100), journal, workers=workers)
        assert sum(1 for _ in journal.records()) == 100
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 25 * work.ballast


def test_dask_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "runs.jsonl", Squares().key)
    pytest.importorskip("distributed", reason="distributed stands in the extras dask and dev")
    with pytest.raises(HaiheError) as caught:
        run_all(Squares(), names(2), journal, dask="nonsense://nowhere")
    assert caught.value.code == "E-PLN-105"
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(HaiheError) as caught:
        run_all(Squares(), names(2), journal, dask="tcp://127.0.0.1:1")
    assert caught.value.code == "E-WORLD-03"
    assert not journal.done
