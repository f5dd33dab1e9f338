"""A folder for long work: found out at once where it cannot be, gone again where the work fails."""

import pytest

from haihe.files import folder_for


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
