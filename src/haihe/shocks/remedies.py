"""What would have helped: more stock of an input, suppliers that can be changed, more spare capacity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.regional import Accounts
from haihe.shocks.baseline import AtRest
from haihe.shocks.disruption import disrupt
from haihe.shocks.events import Event
from haihe.shocks.inventories import Inventories, Response
from haihe.shocks.lanes import Lane

STOCK, SUPPLIER, SPARE = "stock", "supplier", "capacity"


def what_pays(
    accounts: Accounts | InterregionalTable | AtRest,
    events: Sequence[Event],
    *,
    inputs: int = 5,
    more: float = 0.5,
    spare: float = 0.1,
    inventories: Inventories | None = None,
    response: Response | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Run a scenario again with one thing changed at a time, and say what each saves.

    Parameters
    ----------
    accounts, events, inventories, response
        As for `disrupt`.
    inputs : int
        How many inputs to look at: those that held back most output.
    more : float
        Stock added, as a share of the stock wanted.
    spare : float
        Capacity added that can be called up, as a share of capacity.
    **options
        Further parameters of `disrupt`.

    Returns
    -------
    DataFrame
        remedy (``stock``: more of an input held by all; ``supplier``: orders of a product follow capacity wholly, where they
        did not; ``capacity``: more can be called up), input (missing for capacity), saved_output, saved_value_added and
        saved_unmet (money over the days looked at; negative: it makes things worse), cost (money tied up in the added stock;
        missing for the others, whose cost nobody told), per_cost (value added saved over cost). Most value added first.

    Raises
    ------
    HaiheError
        As `disrupt`.
    """
    rest = accounts if isinstance(accounts, AtRest) else AtRest.of(accounts)
    inventories, response = inventories or Inventories(), response or Response()
    common = options | {"inventories": inventories, "response": response}
    before = disrupt(rest, events, **common | {"keep": "totals"})
    held = before.book.held_back[0]
    short = [rest.sectors[i] for i in np.argsort(-held, kind="stable")[:inputs] if held[i] > 0]
    adapts = dict(zip(rest.sectors, response.adapts(rest), strict=True))
    lanes = [Lane(f"{STOCK} {code}", events, stocks={code: 1.0 + more}) for code in short]
    keys: list[tuple[str, str | None]] = [(STOCK, code) for code in short]
    for code in short:
        if adapts[code] < 1.0:
            lanes.append(Lane(f"{SUPPLIER} {code}", events, adaptation=adapts | {code: 1.0}))
            keys.append((SUPPLIER, code))
    lanes.append(Lane(SPARE, events, overproduction=response.overproduction + spare))
    keys.append((SPARE, None))
    after = disrupt(rest, lanes=lanes, **common | {"keep": "totals"}).summary
    was = before.summary.iloc[0]
    wanted = np.where(
        inventories.endless(rest), 0.0, inventories.wanted(rest, float(options.get("step", 1))) * rest.output
    )
    worth = dict(zip(rest.sectors, more * wanted.sum(axis=1), strict=True))
    found = pd.DataFrame(keys, columns=["remedy", "input"])
    for name in ("output", "value_added", "unmet"):
        found[f"saved_{name}"] = was[name] - after[name].to_numpy()
    found["cost"] = [worth[code] if kind == STOCK and code is not None else np.nan for kind, code in keys]
    found["per_cost"] = found["saved_value_added"] / found["cost"].where(found["cost"] > 0)
    return found.sort_values("saved_value_added", ascending=False, kind="stable").reset_index(drop=True)
