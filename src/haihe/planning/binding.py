"""Every limit that binds: which, where, since when, and what one more unit of it is worth."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from haihe.messages import worst_quality
from haihe.planning.assembly import GROUPS
from haihe.planning.economy import BN_YUAN
from haihe.planning.limits import Limit
from haihe.planning.money import discount_of
from haihe.planning.outcome import Outcome
from haihe.planning.program import Block, Floats
from haihe.planning.projects import YI
from haihe.planning.relax_words import in_unit
from haihe.planning.results import WORTHLESS
from haihe.planning.targets import Target

YUAN = 1e9
"""Yuan in the money of the plan, bn yuan."""
KINDS: Mapping[str, str] = {"cap:": "cap", "resource:": "resource", "link:": "link"}
"""Blocks whose prices stand in the plan's prices with a band, and their kind there."""
MONEY = ("fund_budget", "matching")
"""Blocks of limits on money; their price is yuan of welfare for a yuan, in money of the same year."""
ROWS = ["group", "row", "title", "place", "year", "price", "unit", "quality"]
COLUMNS = [
    "group",
    "row",
    "title",
    "place",
    "since",
    "until",
    "years",
    "year",
    "price",
    "low",
    "high",
    "unit",
    "quality",
]
POOL = "*"


def binding_rows(plan: Outcome) -> pd.DataFrame:
    """Every row of a limit that binds in a plan.

    Parameters
    ----------
    plan : Outcome

    Returns
    -------
    DataFrame
        group (`haihe.planning.assembly.GROUPS`), row (name of the block), title (Text), place (labels other than the year,
        joined by ``|``), year (a target's own; missing for limits on the whole plan), price (what one more unit is worth in
        that year, yuan a unit of ``unit``; for money yuan for a yuan; for room at a site, of which there are many units,
        missing), quality.
        A limit binds where one more unit is worth more than a millionth of a yuan.
    """
    assembly = plan.assembly
    parts = [_of_block(plan, block, group) for group in GROUPS for block in assembly.policies(group) if block.size]
    found = [part for part in parts if len(part)]
    return pd.concat(found, ignore_index=True)[ROWS] if found else pd.DataFrame(columns=ROWS)


def binding_table(plan: Outcome) -> pd.DataFrame:
    """Limits that bind, one row a limit and place, the years together.

    Returns
    -------
    DataFrame
        As `binding_rows`, with since and until (first and last year in which it binds), years (how many of the plan's; since,
        until and year are missing and years is 0 for a limit on the whole plan),
        year (the one that is told: the plan's last year where it binds then, else the first year in which it does), and
        price, low and high of that year; low and high run over elasticities halved and doubled and are missing for limits
        that are not solved for again. Members that share one cap at one price stand together as ``*``.
    """
    rows = binding_rows(plan)
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    last = plan.model.economy.assumptions.last_year
    rows = rows.assign(place=[_shared(plan, row, place) for row, place in zip(rows["row"], rows["place"], strict=True)])
    rows = rows.drop_duplicates(["row", "place", "year"])
    keys = ["group", "row", "place"]
    spans = rows.groupby(keys, sort=False)["year"].agg(since="min", until="max", years="count").reset_index()
    told = rows.merge(spans, on=keys)
    holds = (told["since"].le(last) & told["until"].ge(last)).fillna(False)
    whole = told["year"].isna()
    exact = told[whole | (told["year"] == told["since"].mask(holds, last)).fillna(False)]
    near = told[whole | (told["year"] == told["since"]).fillna(False)]
    frame = pd.concat([exact, near]).drop_duplicates(keys)
    frame = _ordered(frame, keys, spans)
    bands = [_band(plan, *row) for row in frame[["row", "place", "year"]].itertuples(index=False, name=None)]
    return frame.assign(low=[low for low, _ in bands], high=[high for _, high in bands])[COLUMNS]


def _ordered(frame: pd.DataFrame, keys: list[str], spans: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of the limits."""
    return spans[keys].merge(frame, on=keys, how="left")


def _of_block(plan: Outcome, block: Block, group: str) -> pd.DataFrame:
    """Binding rows of one block."""
    labels = block.labels().to_frame(index=False)
    years = labels["year"] if "year" in labels else pd.Series(_year(plan, block), index=labels.index)
    places = _joined(labels)
    worth = np.abs(plan.solution.worth(block)).ravel()
    unit, price = _price(plan, block, worth, years)
    frame = pd.DataFrame({"place": places, "year": years.astype("Int64"), "price": price})
    title = pd.Series([block.title] * len(frame), dtype=object)
    frame = frame.assign(group=group, row=block.name, title=title, unit=unit)
    frame["quality"] = _quality(plan, block)
    return frame[worth * YUAN > WORTHLESS * in_unit(block.unit)[1]]


def places_of(plan: Outcome, block: Block) -> list[str]:
    """Place of every row of a block, as `binding_table` says it."""
    return [_shared(plan, block.name, place) for place in _joined(block.labels().to_frame(index=False))]


def _joined(labels: pd.DataFrame) -> "pd.Series[str]":
    """Labels other than the year, joined by bars."""
    return labels.drop(columns="year", errors="ignore").astype(str).agg("|".join, axis=1)


def _price(plan: Outcome, block: Block, worth: Floats, years: "pd.Series[int]") -> tuple[str, Floats]:
    """Unit and price of one more unit in each row's year."""
    s, stated = plan.model.economy.assumptions, _stated(plan, block)
    unit, times = in_unit(block.unit)
    unit = unit.removesuffix("/year")
    if stated is not None:
        indicators = plan.assembly.indicators
        unit = indicators.spec(stated.spec.measure.indicator).plain_unit
        price = stated.bounded.price(plan.solution, indicators)
        return ("yuan/yuan", price) if unit == BN_YUAN else (f"yuan/{unit}", price * YUAN)
    if block.name in MONEY:
        return "yuan/yuan", worth / YI / discount_of(s, np.asarray(years, dtype=np.int64))
    if block.name.startswith(GROUPS["projects"]):
        return unit, np.full(worth.size, np.nan)
    if unit == BN_YUAN:
        unit, times = "yuan", times * YUAN
    weights = pd.Series(s.weights, index=list(s.years)).reindex(years).to_numpy(dtype=np.float64)
    return f"yuan/{unit}", worth / weights / times * YUAN


def _stated(plan: Outcome, block: Block) -> Limit | Target | None:
    """The limit on an indicator, or the target, that a block belongs to."""
    stated: list[Limit | Target] = [*plan.assembly.limits, *plan.assembly.targets]
    return next((each for each in stated if each.bounded.rows.name == block.name), None)


def _year(plan: Outcome, block: Block) -> object:
    """Year of a block whose rows name none: a target's own; missing for the whole plan."""
    stated = _stated(plan, block)
    return stated.spec.year if isinstance(stated, Target) else pd.NA


def _quality(plan: Outcome, block: Block) -> str:
    """Mark of the inputs that set a limit."""
    model, name = plan.model, block.name.partition(":")[2]
    if block.name.startswith("cap:"):
        return model.caps[name].spec.quality
    if block.name.startswith("resource:"):
        return model.resources[name].spec.quality
    if block.name.startswith("link:"):
        return worst_quality({link.quality for link in model.corridors[name].spec.links}) or "illustrative"
    if (stated := _stated(plan, block)) is not None:
        return stated.spec.quality
    if model.money is not None and block.name.startswith(GROUPS["projects"]):
        return model.money.spec.quality
    return worst_quality(plan.marks.values()) or "illustrative"


def _shared(plan: Outcome, row: str, place: str) -> str:
    """``*`` where the members share a cap."""
    cap = plan.model.caps.get(row.removeprefix("cap:")) if row.startswith("cap:") else None
    return POOL if cap is not None and cap.spec.pooled else place


def _band(plan: Outcome, row: str, place: str, year: object) -> tuple[float, float]:
    """Band of a price, where the plan was solved again for it."""
    kind = next((kind for prefix, kind in KINDS.items() if row.startswith(prefix)), None)
    if kind is None or pd.isna(year):  # type: ignore[call-overload]
        return np.nan, np.nan
    name = row.partition(":")[2]
    prices = plan.prices[(plan.prices["kind"] == kind) & (plan.prices["year"] == year)]
    if kind == "link":
        prices = prices[(prices["region"] == name) & (prices["name"] == place)]
    else:
        prices = prices[prices["name"] == name]
        prices = prices if place == POOL else prices[prices["region"] == place]
    return float(prices["low"].iloc[0]), float(prices["high"].iloc[0])
