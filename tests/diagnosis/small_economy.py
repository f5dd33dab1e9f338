"""Accounts of a made-up economy whose identities hold by construction."""

import numpy as np

from haihe.accounts import Accounts

FINAL = ["household_rural", "household_urban", "government", "investment", "inventories"]
ADDED = ["labour", "taxes", "depreciation", "surplus"]


def economy(seed: int = 0, R: int = 3, n: int = 4, *, flows: bool = True, year: int = 2017, idle: int = 0) -> Accounts:
    """Make random accounts; the first region lacks its last `idle` sectors, and inventories have both signs."""
    rng = np.random.default_rng(seed)
    output = rng.uniform(50.0, 150.0, (R, n))
    Z = rng.uniform(0.0, 0.6 / n, (R, n, n)) * output[:, None, :]
    exports, imports = rng.uniform(0.0, 5.0, (2, R, n))
    shipped = rng.uniform(0.5, 4.0, (R, R, n))
    shipped[np.arange(R), np.arange(R)] = 0.0
    if idle:
        output[0, -idle:] = exports[0, -idle:] = shipped[0, :, -idle:] = 0.0
        Z[0, :, -idle:] = 0.0
    kinds = rng.uniform(0.0, 1.0, (R, n, len(FINAL))) * np.array([1.0, 2.0, 1.0, 2.0, 0.0])
    final = kinds / kinds.sum(axis=2, keepdims=True)
    sold, bought = shipped.sum(axis=1), shipped.sum(axis=0)
    stocks = rng.normal(0.0, 1.0, (R, n))
    total = output - Z.sum(axis=2) - exports - sold + imports + bought - stocks
    final = final * total[:, :, None]
    final[:, :, -1] = stocks
    added = (output - Z.sum(axis=1))[:, None, :] * np.array([0.5, 0.1, 0.15, 0.25])[None, :, None]
    none = np.zeros((R, n))
    return Accounts(
        regions=[f"R{r}" for r in range(R)],
        sectors=[f"S{i}" for i in range(n)],
        year=year,
        unit="万元",
        final_kinds=list(FINAL),
        added_kinds=list(ADDED),
        Z=Z,
        final=final,
        added=added,
        exports=exports,
        imports=imports,
        outflow=none if flows else sold,
        inflow=none if flows else bought,
        residual=none,
        output=output,
        flows=shipped if flows else None,
    )
