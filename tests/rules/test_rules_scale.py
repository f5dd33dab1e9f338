"""100,000 applications under 40 articles: all of them, with reasons, in arrays of a bounded size."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from haihe.rules import evaluate, read_scheme_text, trace
from rules_forty import ARTICLES, numbers, rule_text, table

DAY = dt.date(2024, 6, 1)
WAN = 1_000_000


def pencil(frame: pd.DataFrame, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Support in fen (0 where there is none) and whether it is undecided, by plain whole numbers."""
    threshold, rate, cap = numbers(number)
    missing = frame["investment"].isna().to_numpy()
    investment = np.rint(frame["investment"].fillna(0).to_numpy() * 100).astype(np.int64) * (WAN // 100)
    equipment = np.rint(frame["equipment"].to_numpy() * 100).astype(np.int64) * (WAN // 100)
    honest = frame["honest"].to_numpy() & (frame["level"] != "c").to_numpy()
    due = np.minimum((equipment * rate + 50) // 100, np.minimum(cap * WAN, investment * 3 // 10))
    return np.where(honest & ~missing & (investment >= threshold * WAN), due, 0), missing & honest


@pytest.mark.slow
def test_a_hundred_thousand_applications_under_forty_articles() -> None:
    frame = table(100_000)
    result = evaluate(read_scheme_text(rule_text()), frame, DAY)
    assert len(result) == 100_000 * ARTICLES
    for number, block in enumerate(result.blocks):
        support, undecided = pencil(frame, number)
        assert (block.support == support).all()
        assert ((block.state == 2) == undecided).all()
    arrays = ("rows", "state", "failed", "missing", "plan", "raw", "entitled", "binding", "lifted", "removed", "taker")
    held = sum(getattr(block, name).nbytes for block in result.blocks for name in arrays)
    assert held <= 40 * len(result)
    why = trace(result, "A77777", "article39")
    assert why.source is not None
    part = next(result.frames())
    assert len(part) == 100_000
    assert (part[["city", "district"]].sum(axis=1) == part["support"].fillna(0)).all()


def test_a_part_of_the_table_gives_a_part_of_the_result() -> None:
    book, frame = read_scheme_text(rule_text()), table(400)
    whole = evaluate(book, frame, DAY)
    for number, block in enumerate(whole.blocks):
        support, undecided = pencil(frame, number)
        assert (block.support == support).all()
        assert ((block.state == 2) == undecided).all()
    parts = [evaluate(book, frame[a : a + 130], DAY).frame for a in range(0, 400, 130)]
    together = pd.concat(parts).astype(object).sort_values(["application", "article"], ignore_index=True)
    alone = whole.frame.astype(object).sort_values(["application", "article"], ignore_index=True)
    pd.testing.assert_frame_equal(alone, together)
    again = pd.concat(whole.frames()).astype(object).sort_values(["application", "article"], ignore_index=True)
    pd.testing.assert_frame_equal(alone, again)
