"""A plan as labelled arrays says what its frames say."""

import sys

import numpy as np
import pytest

from haihe.messages import HaiheError
from haihe.planning import plan
from haihe.planning.arrays_out import LAYOUT, NONE, plan_to_xarray
from haihe.planning.scenarios import scenario
from small_region import small_region

xarray = pytest.importorskip("xarray")


def test_arrays_say_what_the_frames_say() -> None:
    own = plan(scenario(small_region(), edits=[("limits", "cap|2019", "value", 0.93)]), band=False)
    data = plan_to_xarray(own)
    assert data.attrs["loss_bn_yuan"] == own.loss
    assert data.attrs["quality"] == "illustrative"
    for frame, dims, figures in LAYOUT.values():
        table = getattr(own, frame)
        for figure, name in figures.items():
            if not len(table):
                assert name not in data
                continue
            kept = [dim for dim in dims if dim in table]
            for row in table.sample(min(len(table), 12), random_state=1).to_dict("records"):
                place = {dim: NONE if row[dim] is None or row[dim] != row[dim] else row[dim] for dim in kept}
                np.testing.assert_array_equal(float(data[name].sel(place)), float(row[figure]))
            assert int(data[name].notnull().sum()) == int(table[figure].notna().sum())
    assert data["output"].attrs["unit"] == "bn yuan/year"
    assert data["output"].dims == ("region", "sector", "year")
    assert float(data["good_price"].sel(region="north", sector="steel", year=2019)) == pytest.approx(
        own.prices.query("kind == 'good' and region == 'north' and sector == 'steel' and year == 2019")["price"].item()
    )
    units = data["cap_use"].coords.get("cap_use_unit")
    assert units is not None
    assert dict(zip(data["limit"].to_numpy(), units.to_numpy(), strict=True)) == {"cap": "t CO2", "line": "亩"}


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(HaiheError) as caught:
        plan_to_xarray(plan(small_region(), band=False))
    assert caught.value.code == "E-WORLD-03"
