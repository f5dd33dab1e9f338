"""Leverage in its four meanings, each by its own name: committed, paid in, invested, landed.

What is reported as the leverage of a guidance fund may be any of four numbers, and they differ by several times. Here
each is a column of its own over the public money in the same part of the fund; none is called "the" leverage. What a
fund does not report is missing, never 0. In the plan, a fifth thing is measured and named apart: the money of firms and
banks that stands beside each yuan of support in the projects it pays for, which says nothing about what would have
come without it.
"""

import numpy as np
import pandas as pd

from haihe.messages import LANGUAGES, Text, worst_quality
from haihe.planning.money import KINDS, Money
from haihe.planning.project_results import MONEY
from haihe.planning.projects import Projects
from haihe.planning.solver import Solution
from haihe.region import Region
from haihe.region.units import factors

MEANINGS = {
    "committed": Text("认缴", "committed"),
    "paid_in": Text("实缴", "paid in"),
    "invested": Text("投资", "invested"),
    "landed": Text("落地", "landed"),
}
"""The four meanings, from promise to project."""


def leverage_table(region: Region) -> pd.DataFrame:
    """Public money of guidance funds and the four totals reported beside it.

    Returns
    -------
    DataFrame
        One row a fund, part and year: ``fund``, ``part``, ``part_zh``, ``part_en`` (its name), ``year``, ``public``,
        ``aim``, ``committed``, ``paid_in``, ``invested``, ``landed`` in 亿元, and ``<meaning>_times``, each over
        ``public`` of the same row; missing where either is not reported. ``unit``, ``quality``.
    """
    names = ["public", "aim", *MEANINGS]
    table = region.frame("fund_money")
    keys = ["fund", "part", "year"]
    value = table["value"] * factors(table["unit"], MONEY)
    wide = table.assign(value=value).pivot_table(index=keys, columns="item", values="value", aggfunc="sum")
    wide = wide.reindex(columns=names).astype(float)
    for meaning in MEANINGS:
        wide[f"{meaning}_times"] = wide[meaning] / wide["public"]
    marks: dict[object, str] = {key: worst_quality(set(rows["quality"])) or "" for key, rows in table.groupby(keys)}
    frame = wide.assign(unit=MONEY, quality=[marks[key] for key in wide.index]).reset_index()
    frame.columns.name = None
    for lang in LANGUAGES:
        called = table.dropna(subset=[f"covers_{lang}"]).groupby(["fund", "part"])[f"covers_{lang}"].first()
        names = [called.get(key, key[1]) for key in zip(frame["fund"], frame["part"], strict=True)]
        frame[f"part_{lang}"] = pd.Series(names, index=frame.index, dtype=object)
    return frame


def money_per_support(projects: Projects, money: Money, solution: Solution) -> pd.DataFrame:
    """Money of firms and banks beside each yuan of support, by fund, in the projects that the plan pays for.

    Returns
    -------
    DataFrame
        ``fund``, ``projects`` (how many get support), ``support``, ``own``, ``bank``, ``private`` (亿元), ``bank_private``
        (bank and private money per yuan of support), ``all`` (own money too), ``unit``.
    """
    spec = projects.spec
    paid = np.bincount(money.payments.option, solution.value(money.payments.amount), spec.project.size)
    firm = solution.value(money.firm) * (paid > 1e-9)[:, None]
    frame = pd.DataFrame(firm, columns=list(KINDS)).assign(
        fund=np.array(spec.fund, dtype=object)[spec.project],
        support=paid,
        project=np.where(paid > 1e-9, spec.project, -1),
    )
    frame = frame[frame["support"] > 1e-9]
    totals = frame.groupby("fund")[["support", *KINDS]].sum()
    count = frame.groupby("fund")["project"].nunique().rename("projects")
    answer = totals.join(count).reset_index()
    answer["bank_private"] = (answer["bank"] + answer["private"]) / answer["support"]
    answer["all"] = (answer["own"] + answer["bank"] + answer["private"]) / answer["support"]
    return answer[["fund", "projects", "support", *KINDS, "bank_private", "all"]].assign(unit=MONEY)
