"""Tables for spreadsheets: no text of theirs becomes a formula, numbers stay numbers."""

import csv
from datetime import date

import pandas as pd
import pytest

from haihe.files import read_table, safe_text, write_table, write_tables


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_text_and_headings_are_no_formulas(tmp_path, sign):
    word = f'{sign}HYPERLINK("x")'
    frame = pd.DataFrame({word: [word, "plain", None], "n": [-1.5, 2.0, None], "m": [1, word, date(2026, 1, 2)]})
    (path,) = write_tables({"t": frame}, tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == [f"'{word}", "n", "m"]
    assert [row[0] for row in rows[1:]] == [f"'{word}", "plain", ""]
    assert [row[1] for row in rows[1:]] == ["-1.5", "2.0", ""]
    assert [row[2] for row in rows[1:]] == ["1", f"'{word}", "2026-01-02"]
    assert frame.iloc[0, 0] == word


def test_categories_and_doubled_headings_are_made_safe_too(tmp_path):
    frame = pd.DataFrame([["=a", "=b"]], columns=["x", "x"]).astype("category")
    (path,) = write_tables({"t": frame}, tmp_path)
    assert path.read_text(encoding="utf-8-sig").splitlines() == ["x,x", "'=a,'=b"]


def test_other_text_stays():
    assert [safe_text(word) for word in ("", "—", "a=b", "110000")] == ["", "—", "a=b", "110000"]


def test_a_table_that_is_read_back_has_its_text_again(tmp_path):
    frame = pd.DataFrame({"=a": ["=1+1", "'quoted", "-"], "n": [-1.5, 2.0, 3.0], "unit": ["1", "+x", "@y"]})
    path = write_table(frame, tmp_path / "t.csv")
    assert "\n'=1+1," in path.read_text(encoding="utf-8-sig")
    pd.testing.assert_frame_equal(read_table(path), frame)
