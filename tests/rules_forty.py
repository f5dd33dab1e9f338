"""Forty made-up articles of one shape and a large made-up table, for the scale test and the bench."""

import numpy as np
import pandas as pd

ARTICLES = 40
HEAD = """\
scheme: forty
title: {zh: 四十条, en: forty articles}
fields:
  investment: {type: money, unit: 万元, min: 0, max: 1000 亿元, label: {zh: 总投资, en: investment}}
  equipment: {type: money, unit: 万元, min: 0, max: 1000 亿元, label: {zh: 设备投资, en: equipment}}
  honest: {type: flag, label: {zh: 诚信, en: honest}}
  level: {type: choice, label: {zh: 级别, en: level}, choices: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}, c: {zh: 丙, en: C}}}
articles:
"""
ARTICLE = """\
  article{n:02d}:
    title: {{zh: 条款{n}, en: article {n}}}
    versions:
    - valid_from: 2023-01-01
      source: {{document: 示例, quality: illustrative}}
      conditions:
      - {{id: size, when: "investment >= amount('{threshold} 万元')", text: {{zh: 规模, en: size}}}}
      - {{id: honest, when: "honest && level != 'c'", text: {{zh: 诚信, en: honest}}}}
      support:
        base: equipment
        rate: {rate} %
        caps: [{{id: cap, amount: {cap} 万元}}, {{id: cost, rate: 30 %, of: investment}}]
      split: {{city: 1, district: 1, remainder: district}}
"""


def numbers(n: int) -> tuple[int, int, int]:
    """Threshold (10,000 yuan), rate (per cent) and cap (10,000 yuan) of an article."""
    return 500 + 100 * n, 5 + n, 1_000 + 50 * n


def rule_text() -> str:
    """The scheme file."""
    rows = (numbers(n) for n in range(ARTICLES))
    return HEAD + "".join(
        ARTICLE.format(n=n, threshold=threshold, rate=rate, cap=cap) for n, (threshold, rate, cap) in enumerate(rows)
    )


def table(rows: int, seed: int = 1) -> pd.DataFrame:
    """Made-up applications, a few values missing."""
    rng = np.random.default_rng(seed)
    investment = rng.integers(10_000, 2_000_000, rows) / 100
    equipment = np.round(investment * rng.uniform(0.2, 1.0, rows), 2)
    frame = pd.DataFrame(
        {
            "application": np.char.add("A", np.arange(rows).astype(str)),
            "enterprise": np.char.add("E", rng.integers(0, rows // 2 + 1, rows).astype(str)),
            "investment": investment,
            "equipment": equipment,
            "honest": rng.random(rows) < 0.9,
            "level": np.array(["a", "b", "c"])[rng.integers(0, 3, rows)],
        }
    )
    frame.loc[rng.random(rows) < 0.01, "investment"] = np.nan
    return frame
