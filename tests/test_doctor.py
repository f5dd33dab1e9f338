"""`haihe doctor`: what the machine offers, and what is said where something is missing."""

import json
import sys
from collections import namedtuple

import pytest
from typer.testing import CliRunner

from haihe import doctor
from haihe.cli import app

runner = CliRunner()


def state(sign: doctor.Sign) -> tuple[str, bool]:
    """How it stands, and whether it says how to mend it."""
    return sign.state, sign.mend is not None


def test_here_nothing_is_broken_and_every_line_has_both_languages():
    signs = doctor.examine()
    assert [sign.key for sign in signs if sign.state == "fail"] == []
    assert len({sign.key for sign in signs}) == len(signs)
    assert all(sign.name.zh and sign.name.en and sign.says.zh and sign.says.en for sign in signs)


def test_the_command_gives_the_same_signs_as_json_and_in_words():
    said = json.loads(runner.invoke(app, ["doctor", "--json", "--lang", "en"]).stdout)
    assert said["ok"]
    assert [sign["key"] for sign in said["signs"]] == [sign.key for sign in doctor.examine()]
    assert "求解器" in runner.invoke(app, ["doctor", "--lang", "zh"]).stdout


def test_an_old_python_a_missing_package_and_a_wrong_solver_are_broken(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version_info", (3, 9, 1))
        assert state(doctor.python()) == ("fail", True)
    with monkeypatch.context() as patch:
        patch.setattr(doctor, "version", lambda name: (_ for _ in ()).throw(doctor.PackageNotFoundError(name)))
        assert state(doctor.core()) == ("fail", True)
        assert "numpy" in doctor.core().says.en
        assert doctor.extras().mend is not None
        assert doctor.extras().state == "ok"  # an extra that is not there is no fault
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "highspy", None)
        assert state(doctor.solver()) == ("fail", True)


@pytest.mark.parametrize(("free_mb", "expected"), [(10, "fail"), (500, "warn"), (50_000, "ok")])
def test_little_space_is_said_before_it_is_a_fault(monkeypatch, tmp_path, free_mb, expected):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(0, 0, free_mb * 2**20))
    sign = doctor.space(tmp_path)
    assert sign.state == expected
    assert (sign.mend is None) == (expected == "ok")


def test_free_threads_and_a_terminal_without_chinese_are_noted(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    assert state(doctor.threads()) == ("warn", True)
    assert "OMP_NUM_THREADS" in doctor.threads().says.en
    stream = namedtuple("stream", "encoding")
    with monkeypatch.context() as patch:
        patch.setattr(doctor.sys, "stdout", stream("ascii"))
        sign = doctor.language()
    assert state(sign) == ("warn", True)


def test_a_folder_that_is_not_there_is_an_error_with_its_name(tmp_path):
    result = runner.invoke(app, ["doctor", str(tmp_path / "none"), "--lang", "en"])
    assert result.exit_code == 1
    assert "none" in result.stderr
    assert not (tmp_path / "none").exists()
