"""A small made-up economy whose identities hold by construction."""

from collections.abc import Callable

import numpy as np
import pytest

from haihe.accounts import Accounts


def make(seed: int = 0, R: int = 3, n: int = 4, with_flows: bool = True) -> Accounts:
    """Random accounts in which both identities are exact and no trade is in transit."""
    rng = np.random.default_rng(seed)
    A = rng.uniform(0.0, 0.6 / n, (R, n, n))
    output = rng.uniform(50.0, 150.0, (R, n))
    Z = A * output[:, None, :]
    left = output - Z.sum(axis=1)
    added = left[:, None, :] * np.array([0.5, 0.1, 0.15, 0.25])[None, :, None]
    exports, imports = rng.uniform(0.0, 5.0, (2, R, n))
    flows = rng.uniform(0.5, 4.0, (R, R, n))
    flows[np.arange(R), np.arange(R)] = 0.0
    sold, bought = flows.sum(axis=1), flows.sum(axis=0)
    final_total = output - Z.sum(axis=2) - exports - sold + imports + bought
    shares = np.array([0.2, 0.4, 0.15, 0.3, -0.05])
    return Accounts(
        regions=[f"R{r}" for r in range(R)],
        sectors=[f"S{i}" for i in range(n)],
        year=2017,
        unit="万元",
        final_kinds=["household_rural", "household_urban", "government", "investment", "inventories"],
        added_kinds=["labour", "taxes", "depreciation", "surplus"],
        Z=Z,
        final=final_total[:, :, None] * shares,
        added=added,
        exports=exports,
        imports=imports,
        outflow=np.zeros((R, n)) if with_flows else sold,
        inflow=np.zeros((R, n)) if with_flows else bought,
        residual=np.zeros((R, n)),
        output=output,
        flows=flows if with_flows else None,
    )


@pytest.fixture
def economy() -> Callable[..., Accounts]:
    """Maker of small economies."""
    return make
