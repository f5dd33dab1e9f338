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

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_cases import Squares, names

from haihe.messages import HaiheError
from haihe.planning.control import Control
from haihe.planning.journal import Journal
from haihe.planning.runs import AHEAD, run_all

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


@pytest.mark.slow
def test_a_run_that_always_kills_its_process_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    work = Squares(str(tmp_path / "log"), kills=("2",), always=True)
    journal = Journal(tmp_path / "runs.jsonl", work.key)
    with pytest.raises(HaiheError) as caught:
        run_all(work, names(6), journal, workers=2)
    assert caught.value.code == "E-PLN-104"
    assert caught.value.findings[0].values["value"] == "2"
    assert squares(journal) == {name: square for name, square in right(6).items() if name != "2"}


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
