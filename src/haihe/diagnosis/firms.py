"""Firms of the chains, where they are given: who stands in a stage, who has one supplier only, who leans on an anchor.

Needs the optional tables ``enterprises`` and ``supplies``. What the tables do not list is not there for these figures:
a "single" supplier is the only one *listed*, and the user judges whether the register is complete.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from haihe.diagnosis.chains import Chains
from haihe.messages import Quality, worst_quality
from haihe.region import Region
from haihe.region.units import factors

MONEY = "万元"
"""Unit of money of firms."""

NEEDED = ("essential", "important")
"""Needs that a single supplier matters for."""

ANCHOR = 0.5
"""A firm leans on a customer that takes at least this share of its listed sales."""


@dataclass(frozen=True, eq=False)
class Firms:
    """Firms, the stages they stand in, and what they deliver to each other.

    Attributes
    ----------
    firms : DataFrame
        Indexed by ``enterprise``: ``region``, ``sector``, ``output`` (万元; NaN where not given), ``ownership``.
    stages : DataFrame
        One row a firm and stage: ``enterprise``, ``key`` (``chain.stage``). A firm in several stages stands in each.
    supplies : DataFrame
        ``supplier``, ``customer``, ``value`` (万元 a year), ``need``; empty without the table.
    quality : str
        Worst mark of both tables.
    """

    firms: pd.DataFrame
    stages: pd.DataFrame
    supplies: pd.DataFrame
    quality: Quality

    @property
    def inputs(self) -> pd.DataFrame:
        """What each supplier gives: its stages, or its sector where it stands in none (``enterprise``, ``input``)."""
        own = self.stages.rename(columns={"key": "input"})
        rest = self.firms[~self.firms.index.isin(own["enterprise"])]
        plain = pd.DataFrame({"enterprise": rest.index, "input": rest["sector"].to_numpy()})
        return pd.concat([own, plain], ignore_index=True)


def firms_of(region: Region) -> Firms | None:
    """Read firms and deliveries; None where the table ``enterprises`` is absent.

    Raises
    ------
    HaiheError
        ``E-UNIT-02`` for a unit that is not money.
    """
    if not region.has("enterprises"):
        return None
    table = region["enterprises"].set_index("enterprise")
    firms = table[["region", "sector", "ownership"]].assign(output=table["output"] * factors(table["unit"], MONEY))
    listed = table["stages"].dropna().str.split(";").explode().str.strip()
    stages = listed[listed != ""].rename("key").reset_index()
    supplies = region.frame("supplies")
    value = supplies["value"] * factors(supplies["unit"], MONEY)
    marks = set(table["quality"].dropna()) | set(supplies["quality"].dropna())
    return Firms(
        firms,
        stages,
        supplies[["supplier", "customer", "need"]].assign(value=value),
        worst_quality(marks) or "illustrative",
    )


def stage_firms(firms: Firms, chains: Chains, regions: list[str] | None = None) -> pd.DataFrame:
    """Count the firms of every stage and say how much rests on the largest.

    Parameters
    ----------
    firms : Firms
    chains : Chains
        Stages to look at.
    regions : list of str, optional
        Only firms in these regions.

    Returns
    -------
    DataFrame
        One row a stage, in the order of `Chains.stages`: ``chain``, ``stage``, ``key``, ``firms`` (0 where none is listed),
        ``output`` (万元, of the firms that state it), ``largest`` (firm), ``largest_share`` and ``concentration``
        (Herfindahl) of the stated output; NaN where no output is stated.
    """
    own = firms.firms if regions is None else firms.firms[firms.firms["region"].isin(regions)]
    joined = firms.stages.merge(own["output"], left_on="enterprise", right_index=True)
    by = joined.groupby("key")
    total = by["output"].transform("sum")
    joined["share"] = joined["output"] / total.where(total > 0)
    by = joined.groupby("key")
    known = joined[joined["share"].notna()].sort_values("share", ascending=False, kind="stable")
    first = known.drop_duplicates("key").set_index("key")
    frame = chains.stages[["chain", "stage"]].assign(key=chains.keys)
    counted = pd.DataFrame(
        {
            "firms": by["enterprise"].nunique(),
            "output": by["output"].sum(min_count=1),
            "largest": first["enterprise"],
            "largest_share": first["share"],
            "concentration": (known["share"] ** 2).groupby(known["key"]).sum(),
        }
    )
    frame = frame.merge(counted, left_on="key", right_index=True, how="left").reset_index(drop=True)
    return frame.assign(firms=frame["firms"].fillna(0).astype("Int64"))


def single_suppliers(firms: Firms) -> pd.DataFrame:
    """List the deliveries that a firm needs and has from one listed supplier only.

    What a supplier gives are the stages it stands in (its sector where it stands in none). Another supplier of the same
    customer with one of these in common could stand in for it; deliveries that are ``replaceable`` do not count.

    Returns
    -------
    DataFrame
        One row a delivery: ``customer``, ``supplier``, ``inputs`` (what the supplier gives, joined by ``;``), ``need``,
        ``value`` (万元), ``share`` of all the customer's listed purchases, ``alternatives``: how many other listed firms
        give one of these inputs. The largest share first.
    """
    given = firms.inputs.rename(columns={"enterprise": "supplier"})
    bought = firms.supplies.merge(given, on="supplier")
    bought["suppliers"] = bought.groupby(["customer", "input"])["supplier"].transform("nunique")
    pairs = bought.groupby(["customer", "supplier"], sort=False)
    deliveries = pairs.agg(
        inputs=("input", ";".join), need=("need", "first"), value=("value", "first"), suppliers=("suppliers", "max")
    ).reset_index()
    single = deliveries[(deliveries["suppliers"] == 1) & deliveries["need"].isin(NEEDED)].drop(columns="suppliers")
    makers = single[["customer", "supplier"]].merge(given, on="supplier").merge(firms.inputs, on="input")
    beside = makers[(makers["enterprise"] != makers["supplier"]) & (makers["enterprise"] != makers["customer"])]
    count = beside.groupby(["customer", "supplier"])["enterprise"].nunique().rename("alternatives").reset_index()
    single = single.merge(count, on=["customer", "supplier"], how="left")
    whole = single["customer"].map(firms.supplies.groupby("customer")["value"].sum())
    single["share"] = single["value"] / whole.where(whole > 0)
    single["alternatives"] = single["alternatives"].fillna(0).astype("Int64")
    columns = ["customer", "supplier", "inputs", "need", "value", "share", "alternatives"]
    return single.sort_values("share", ascending=False, kind="stable")[columns].reset_index(drop=True)


def anchors(firms: Firms, share: float = ANCHOR) -> pd.DataFrame:
    """Rank firms by what would be in trouble without them, as customer and as supplier.

    Parameters
    ----------
    firms : Firms
    share : float
        A supplier leans on a customer that takes at least this share of its listed sales.

    Returns
    -------
    DataFrame
        One row a firm that something depends on: ``enterprise``; ``leaning``: suppliers that lean on it, ``leaning_sales``:
        what it buys from them (万元); ``waiting``: customers that have an essential input from it alone; ``stopped``:
        firms that stop in the end, each in turn for want of an essential delivery that it has from one firm alone, and
        ``stopped_output`` (万元, of those that state it). Most firms stopped first, then most leaning sales.
    """
    s = firms.supplies
    sold = s.groupby("supplier")["value"].transform("sum")
    leaning = s[(s["value"] >= share * sold) & (s["value"] > 0)].groupby("customer")
    single = single_suppliers(firms)
    edges = single[single["need"] == "essential"]
    reach = _reach(edges, firms.firms["output"])
    frame = pd.DataFrame(
        {
            "leaning": leaning["supplier"].nunique(),
            "leaning_sales": leaning["value"].sum(),
            "waiting": edges.groupby("supplier")["customer"].nunique(),
        }
    ).rename_axis("enterprise")
    frame = frame.join(reach)
    counts = {name: frame[name].fillna(0).astype("Int64") for name in ("leaning", "waiting", "stopped")}
    frame = frame.assign(**counts, leaning_sales=frame["leaning_sales"].fillna(0.0))
    return frame.sort_values(["stopped", "leaning_sales"], ascending=False, kind="stable").reset_index()


def _reach(edges: pd.DataFrame, output: pd.Series) -> pd.DataFrame:
    """Firms reached from each supplier along edges to customers, and their output."""
    codes, firms = pd.factorize(pd.concat([edges["supplier"], edges["customer"]], ignore_index=True))
    n, m = len(firms), len(edges)
    graph = csr_array((np.ones(m), (codes[:m], codes[m:])), shape=(n, n))
    size = output.reindex(firms).to_numpy(dtype=np.float64)
    starts = np.unique(codes[:m])
    reached = [breadth_first_order(graph, start, return_predecessors=False)[1:] for start in starts]
    lost = [np.nansum(size[found]) if np.isfinite(size[found]).any() else np.nan for found in reached]
    return pd.DataFrame(
        {"stopped": [len(found) for found in reached], "stopped_output": np.array(lost, dtype=np.float64)},
        index=pd.Index(firms[starts], name="enterprise"),
    )
