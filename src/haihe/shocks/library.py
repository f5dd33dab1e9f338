"""Shocks by name, from a file or from a frame, and the economy and stocks they meet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts.of_region import accounts_of
from haihe.diagnosis.places import places_of
from haihe.diagnosis.trade import with_flows
from haihe.region import Region
from haihe.shocks.baseline import AtRest
from haihe.shocks.inventories import Inventories, Response
from haihe.shocks.shock_files import few, is_file, with_given

STOCK_DAYS = {"utilities": np.inf, "construction": np.inf, "services": np.inf}
"""Days of use held of inputs by group of sectors. Services and building do not stop a factory within weeks. Power, gas and
water are not stored: a model of stocks cannot tell how their failure reaches users (with stocks of a few days it lets an
economy collapse that feeds on its own power), so rationing is said by an event of the kind ``energy``. Assumed, as
`GOODS_DAYS` is; bands draw stocks from half to one and a half times as much."""
GOODS_DAYS = 20.0
"""Days of use held of goods."""
RESTORE_DAYS = 15.0
"""Days in which a gap of stocks is filled."""
HEADROOM = 1.05
"""What partners outside can deliver at most over what they do at rest."""
ADAPTATION = 0.5
"""Share of orders that moves to suppliers who can deliver."""


def economy_of(region: Region, year: int | None = None) -> AtRest:
    """Give the coupled economy of the members; what they buy from others comes from ``elsewhere`` and ``abroad``."""
    accounts = accounts_of(region, year)
    members = places_of(region, accounts).members
    return AtRest.of(with_flows(accounts.select(list(members))))


def stocks_of(region: Region) -> Inventories:
    """Give the stocks assumed where nothing is known, by group of sectors."""
    about = region["sectors"]
    days = {s: STOCK_DAYS.get(str(g), GOODS_DAYS) for s, g in zip(about["sector"], about["group"], strict=True)}
    return Inventories(days=days, restore_days=RESTORE_DAYS)


def response_of() -> Response:
    """Give how producers and partners are assumed to respond where nothing is known."""
    return Response(adaptation=ADAPTATION, headroom=HEADROOM)


def shocks_of(region: Region) -> pd.DataFrame:
    """List the scenarios: shock, name_zh, name_en, events (how many), quality, note."""
    about = region.frame("shocks")
    counts = region.frame("shock_events")["shock"].value_counts()
    events = about["shock"].map(counts).fillna(0).astype(int)
    return about.assign(events=events)[["shock", "name_zh", "name_en", "events", "quality", "note"]].reset_index(
        drop=True
    )


def with_shock(region: Region, shock: str | Path | pd.DataFrame) -> tuple[Region, str]:
    """Find a shock: a name in the region's table, a file (CSV or workbook) or frame in the form of ``shock_events``.

    Returns
    -------
    (Region, str)
        The tables that shocks refer to, with the shock among them, and its code. A file or frame holds one scenario; columns
        ``shock``, ``event``, ``name_zh``, ``source`` and ``quality`` may be left out: then the scenario is ``given`` and
        illustrative. Headers and choices may be Chinese or English.

    Raises
    ------
    HaiheError
        ``E-SHK-61`` no event, ``E-SHK-66`` another kind of file, ``E-SHK-67`` several scenarios in it; and what reading and
        the check of tables find in its rows.
    """
    if isinstance(shock, str):
        if not is_file(shock):
            return Region.of(few(region)), shock
        shock = Path(shock)
    return with_given(region, shock)
