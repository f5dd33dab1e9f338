"""A plan as labelled arrays (xarray, an extra)."""

from typing import Any

import pandas as pd

from haihe.messages import worst_quality
from haihe.messages.extras import needed
from haihe.planning.outcome import Outcome

LAYOUT: dict[str, tuple[str, list[str], dict[str, str]]] = {
    "output": ("output", ["region", "sector", "year"], {"plan": "output", "reference": "output_reference"}),
    "upgraded": ("output", ["region", "sector", "year"], {"upgraded_share": "upgraded_share"}),
    "trade": (
        "trade",
        ["kind", "partner", "region", "sector", "year"],
        {"plan": "trade", "reference": "trade_reference"},
    ),
    "flows": (
        "flows",
        ["from_region", "to_region", "sector", "year"],
        {"plan": "flows", "reference": "flows_reference"},
    ),
    "totals": ("summary", ["indicator", "region", "year"], {"plan": "totals", "reference": "totals_reference"}),
    "caps": (
        "caps",
        ["limit", "region", "year"],
        {"cap": "cap", "use": "cap_use", "permits": "permits", "price": "cap_price"},
    ),
    "resources": (
        "resources",
        ["resource", "region", "year"],
        {"use": "resource_use", "endowment": "endowment", "price": "resource_price"},
    ),
    "links": ("links", ["link", "year"], {"carried": "carried", "capacity": "link_capacity", "price": "link_price"}),
}
"""By part: the result frame, the dimensions, and what each figure is called in the dataset."""
NONE = "—"
"""Label where a dimension does not apply, such as the foreign partner of trade with the rest of the nation."""


def plan_to_xarray(plan: Outcome) -> Any:
    """Give a plan's results as an `xarray.Dataset` with labelled dimensions (needs xarray, an extra).

    Parameters
    ----------
    plan : Outcome
        A solved plan.

    Returns
    -------
    xarray.Dataset
        ``output`` and ``output_reference`` (region, sector, year), ``trade`` (kind, partner, region, sector, year),
        ``flows`` (from_region, to_region, sector, year), ``totals`` (indicator, region, year), what caps, resources and
        links say, and ``good_price`` (region, sector, year). Each has the attribute ``unit``, or a coordinate
        ``<name>_unit`` along its first dimension where units differ; the dataset has the region's name, the loss and
        the worst quality of what the plan rests on. What does not exist is missing, never 0.

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` where xarray is not installed.
    """
    xarray = needed("xarray")
    arrays: dict[str, Any] = {}
    for frame, dims, figures in LAYOUT.values():
        table = getattr(plan, frame)
        if len(table):
            for figure, name in figures.items():
                arrays[name] = _array(xarray, table, dims, figure, name)
    prices = plan.prices
    goods = prices[prices["kind"] == "good"]
    arrays["good_price"] = _array(xarray, goods, ["region", "sector", "year"], "price", "good_price")
    about = {
        "region": plan.region.meta.name,
        "loss_bn_yuan": plan.loss,
        "gain_bn_yuan": plan.gain,
        "quality": worst_quality(plan.marks.values()) or "illustrative",
    }
    return xarray.Dataset(arrays, attrs=about)


def _array(xarray: Any, table: pd.DataFrame, dims: list[str], figure: str, name: str) -> Any:
    """One figure of a result frame along its dimensions; labels keep the order of the frame."""
    kept = [dim for dim in dims if dim in table]
    labelled = table.assign(
        **{dim: table[dim].astype(object).where(table[dim].notna(), NONE) for dim in kept if dim != "year"}
    )
    labels = {dim: pd.unique(labelled[dim]) for dim in kept}
    index = pd.MultiIndex.from_product(list(labels.values()), names=kept)
    values = labelled.set_index(kept)[figure].astype(float).reindex(index)
    array = xarray.DataArray(
        values.to_numpy().reshape([len(each) for each in labels.values()]),
        coords={dim: [int(y) for y in each] if dim == "year" else list(each) for dim, each in labels.items()},
        dims=kept,
    )
    unit = "price_unit" if figure == "price" and "price_unit" in table else "unit"
    units = labelled.groupby(kept[0], sort=False)[unit].first()
    if figure == "upgraded_share":
        array.attrs["unit"] = "share"
    elif len(set(units)) == 1:
        array.attrs["unit"] = str(units.iloc[0])
    else:
        array = array.assign_coords({f"{name}_unit": (kept[0], [str(units[label]) for label in labels[kept[0]]])})
    return array
