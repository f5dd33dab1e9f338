"""Shocks by name, from a file or from a frame, and the economy and stocks they meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from haihe.accounts.of_region import accounts_of
from haihe.diagnosis.places import places_of
from haihe.diagnosis.trade import with_flows
from haihe.messages import Findings, HaiheError
from haihe.region import Region
from haihe.shocks.baseline import AtRest
from haihe.shocks.inventories import Inventories, Response

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
REFERRED = ("sources", "regions", "sectors", "chains", "enterprises", "shocks", "shock_events")
"""Tables that the check of a shock needs: the large ones do not matter to it."""
GIVEN = "given"
"""Code of a scenario from a file or frame that names none."""


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
    """Find a shock: a name in the region's table, a CSV file or frame in the form of ``shock_events``.

    Returns
    -------
    (Region, str)
        The region with the shock in its tables, and its code. A file or frame holds one scenario; columns ``shock``,
        ``event``, ``name_zh``, ``source`` and ``quality`` may be left out: then the scenario is ``given`` and illustrative.

    Raises
    ------
    HaiheError
        ``E-SHK-66`` a file that cannot be read as a table, ``E-SHK-67`` several scenarios in it; and what the check of
        tables finds in its rows.
    """
    if isinstance(shock, str) and not shock.lower().endswith(".csv"):
        return region, shock
    frame = shock if isinstance(shock, pd.DataFrame) else _read(Path(shock))
    if "shock" not in frame:
        frame = frame.assign(shock=GIVEN)
    named = list(frame["shock"].dropna().unique())
    if len(named) != 1:
        raise HaiheError("E-SHK-67", table="shock_events", value="; ".join(map(str, named)))
    code = str(named[0])
    filled = frame.assign(**{name: value for name, value in _missing(region, frame).items() if name not in frame})
    return _put(region, filled, code), code


def _missing(region: Region, frame: pd.DataFrame) -> dict[str, Any]:
    """What a bare frame may leave out."""
    number = [str(k + 1) for k in range(len(frame))]
    event = frame["event"].astype(str) if "event" in frame else pd.Series(number, index=frame.index)
    sources = region.frame("sources")["source"]
    own = "HAIHE" if "HAIHE" in set(sources) else next(iter(sources), None)
    return {"event": event, "name_zh": event, "source": own, "quality": "illustrative"}


def _put(region: Region, frame: pd.DataFrame, code: str) -> Region:
    about, rows = region.frame("shocks"), region.frame("shock_events")
    if code not in set(about["shock"]):
        quality, source = frame["quality"].iloc[0], frame["source"].iloc[0]
        new = pd.DataFrame([{"shock": code, "name_zh": code, "name_en": code, "source": source, "quality": quality}])
        about = pd.concat([about, new], ignore_index=True)
    kept = rows[rows["shock"] != code]
    changed = region.with_table("shocks", about)
    changed = changed.with_table("shock_events", pd.concat([kept, frame], ignore_index=True) if len(kept) else frame)
    few = Region({name: changed[name] for name in REFERRED if changed.has(name)}, region.meta)
    Findings(f for f in few.check() if f.table in ("shocks", "shock_events")).raise_errors()
    return changed


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise HaiheError("E-SHK-66", file=path.name, value=str(error)) from error
