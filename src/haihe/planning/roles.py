"""Functional roles of regions (one base and three zones): what the plan does to the indicator that speaks for each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.messages import Quality, Text
from haihe.planning.indicator_list import SPREAD, WELFARE, refuse_unknown
from haihe.planning.indicators import Indicators
from haihe.planning.measures import Measure, code_of, split
from haihe.planning.solver import Solution
from haihe.region import Region


@dataclass(frozen=True)
class Role:
    """A functional role.

    Parameters
    ----------
    name : str
        Code of the role.
    title : Text
    region : str
    measure : Measure
        Indicator, region and sectors; the indicator is empty where none speaks for the role.
    better : {"up", "down"}
    quality : Quality
    note : str
        What the indicator leaves out.
    """

    name: str
    title: Text
    region: str
    measure: Measure
    better: str
    quality: Quality
    note: str

    def why_not(self, indicators: Indicators) -> Text | None:
        """Why no indicator speaks for the role; None where one does."""
        if not self.measure.indicator:
            return Text("没有指标反映此定位", "no indicator speaks for it")
        if self.region not in indicators.members:
            return Text(f"{self.region} 不是方案的成员", f"{self.region} is no member of the plan")
        if self.measure.base in (SPREAD, WELFARE):
            return Text(
                "此指标不属于某一地区的某一年，不能反映定位", "this indicator is not that of one region in one year"
            )
        return indicators.absent(self.measure.indicator)


def roles_of(region: Region) -> list[Role]:
    """Read the table ``roles``; none where it is absent, and ``E-PLN-51`` for an indicator that there is not."""
    roles = []
    for number, row in enumerate(region.frame("roles").to_dict("records"), start=2):
        indicator = code_of(row["indicator"])
        if indicator:
            refuse_unknown(indicator, table="roles", row=number, column="indicator")
        roles.append(
            Role(
                name=str(row["role"]),
                title=Text(str(row["name_zh"]), str(row["name_en"])),
                region=str(row["region"]),
                measure=Measure(indicator, (str(row["region"]),), split(row["sectors"])),
                better=str(row["direction"]),
                quality=row["quality"],
                note=code_of(row["note"]),
            )
        )
    return roles


def roles_table(indicators: Indicators, roles: list[Role], solution: Solution) -> pd.DataFrame:
    """Every role in every milestone: its indicator on the reference path and in the plan.

    Returns
    -------
    DataFrame
        Columns role, region, indicator, year, reference, plan, difference, change, better, serves (whether the plan moves
        the indicator the better way), unit, quality, why_zh, why_en. A role without data has one row with the reason and
        no numbers.
    """
    rows = []
    for role in roles:
        reason = role.why_not(indicators)
        known = (role.name, role.region, role.measure.indicator or "—")
        if reason is not None:
            rows.append((*known, pd.NA, *[np.nan] * 4, role.better, pd.NA, "", role.quality, reason.zh, reason.en))
            continue
        unit = indicators.spec(role.measure.indicator).unit
        for year in indicators.model.economy.assumptions.years:
            here = role.measure.in_year(year)
            reference, plan = (indicators.value(here, x) for x in (indicators.reference, solution.x))
            gap = plan - reference
            change = gap / abs(reference) if reference else np.nan
            serves = gap >= 0 if role.better == "up" else gap <= 0
            rows.append((*known, year, reference, plan, gap, change, role.better, serves, unit, role.quality, "", ""))
    columns = [
        "role", "region", "indicator", "year", "reference", "plan", "difference", "change", "better", "serves", "unit",
        "quality", "why_zh", "why_en",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
