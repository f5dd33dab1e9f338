"""A folder for long work: found out at once where it cannot be, gone again where the work fails."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haihe.files import file_name, folder_for, replace_file


def test_the_folder_stays_after_work_that_is_done(tmp_path):
    with folder_for(tmp_path / "a" / "b") as folder:
        (folder / "page").write_text("x")
    assert (tmp_path / "a" / "b" / "page").exists()


def test_folders_made_for_work_that_fails_go_again(tmp_path):
    with pytest.raises(RuntimeError), folder_for(tmp_path / "a" / "b"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_stays(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").write_text("x")
    with pytest.raises(RuntimeError), folder_for(tmp_path / "a" / "b"):
        raise RuntimeError
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["old"]


def test_a_place_that_cannot_be_is_found_before_the_work(tmp_path):
    (tmp_path / "file").write_text("x")
    begun = False
    with pytest.raises(OSError, match="file"), folder_for(tmp_path / "file" / "inside"):
        begun = True
    assert not begun


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), min_size=2, unique=True))
def test_a_code_is_the_name_of_one_file_and_no_path(codes):
    names = [file_name(code) for code in codes]
    assert len(set(names)) == len(names)
    for name in names:
        assert Path("folder", name).parent == Path("folder")
        assert not set(name) & set('/\\:*?"<>|\n\0')
        assert name[0] not in ".=+-@"
        assert not name.endswith(".")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("P017", "P017"),
        ("M0-A", "M0-A"),
        ("天津.滨海", "天津.滨海"),
        ("..", "%2E%2E"),
        ("../../x", "%2E.%2F..%2Fx"),
        ("/tmp/x", "%2Ftmp%2Fx"),
        ("=1+1", "%3D1+1"),
        ("50%", "50%25"),
        ("con", "%63on"),
        ("NUL.a", "%4EUL.a"),
    ],
)
def test_usual_codes_stay_as_they_are_and_others_can_be_read(code, name):
    assert file_name(code) == name


def test_a_secret_file_is_secret_before_it_is_there(tmp_path, monkeypatch):
    modes, real = [], Path.replace
    monkeypatch.setattr(Path, "replace", lambda path, to: modes.append(path.stat().st_mode & 0o777) or real(path, to))
    for mode in (0o600, 0o644):
        replace_file(tmp_path / "a", lambda file: file.write_text("x"), mode)
        assert (tmp_path / "a").stat().st_mode & 0o777 == mode
    replace_file(tmp_path / "a", lambda file: file.write_text("x"))
    assert modes == [0o600, 0o644, 0o644]
