"""Small made-up tables of several regions whose identities hold by construction."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.diagnosis import Leontief


@dataclass(frozen=True)
class Made:
    """A table with n = R · sectors producers, its inverse by brute force, and final demand by region and kind."""

    Z: pd.DataFrame
    Y: pd.DataFrame
    v: pd.DataFrame
    x: pd.Series
    L: np.ndarray

    @property
    def a(self) -> np.ndarray:
        return self.Z.to_numpy() / self.x.to_numpy()

    @property
    def f(self) -> np.ndarray:
        """Final demand in all."""
        return self.Y.to_numpy().sum(axis=1)

    def model(self, **settings) -> Leontief:
        return Leontief.from_flows(self.Z, self.x, **settings)


def index_of(sectors: list[int]) -> pd.MultiIndex:
    """Labels of regions that have some sectors each: as many as named, and not the same first one in each."""
    pairs = [(f"R{r}", f"S{(i + r) % max(sectors):02d}") for r, count in enumerate(sectors) for i in range(count)]
    return pd.MultiIndex.from_tuples(pairs, names=["region", "sector"])


def made(seed: int, sectors: list[int], zeros: float = 0.2, open_to: float = 0.85) -> Made:
    """Make a table: flows random with some zeros, intermediate inputs up to `open_to` of output, one kind of cost."""
    rng = np.random.default_rng(seed)
    index = index_of(sectors)
    n, R = len(index), len(sectors)
    A = rng.random((n, n)) * (rng.random((n, n)) >= zeros)
    total = A.sum(axis=0)
    A = A / np.where(total > 0, total, 1.0) * rng.uniform(0.1, open_to, n)
    Y = rng.uniform(0.0, 10.0, (n, 2 * R)) * (rng.random((n, 2 * R)) >= zeros)
    Y[:, 0] += 0.1
    L = np.linalg.inv(np.eye(n) - A)
    x = L @ Y.sum(axis=1)
    columns = pd.MultiIndex.from_product([[f"R{r}" for r in range(R)], ["household", "investment"]])
    Z = A * x
    v = x - Z.sum(axis=0)
    return Made(
        Z=pd.DataFrame(Z, index=index, columns=index),
        Y=pd.DataFrame(Y, index=index, columns=columns),
        v=pd.DataFrame([v], index=["value added"], columns=index),
        x=pd.Series(x, index=index),
        L=L,
    )
