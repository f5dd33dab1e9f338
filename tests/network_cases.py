"""Small firm networks for tests, and the index by its plain definition."""

import numpy as np
import pandas as pd

from haihe.shocks.network import NEEDS, FirmNetwork


def random_network(seed: int, n: int = 9, m: int = 22, sectors: int = 3, final: bool = True) -> FirmNetwork:
    """Draw firms in few sectors and links of every need, some firms without any."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, n, (m, 2))
    sold = np.bincount(ends[:, 0], minlength=n) * 5.0
    firms = pd.DataFrame(
        {
            "enterprise": [f"F{k}" for k in range(n)],
            "sector": [f"S{k}" for k in rng.integers(0, sectors, n)],
            "region": [f"R{k}" for k in rng.integers(0, 2, n)],
        }
    )
    if final:
        firms["output"] = sold * 2 + rng.uniform(0, 20, n)
    links = pd.DataFrame(
        {
            "supplier": [f"F{k}" for k in ends[:, 0]],
            "customer": [f"F{k}" for k in ends[:, 1]],
            "value": rng.integers(1, 5, m).astype(float),
            "need": rng.choice(NEEDS, m),
        }
    )
    return FirmNetwork.from_frames(firms, links)


def by_definition(net: FirmNetwork, shock: list[float], tolerance: float) -> tuple[list[float], list[float], int]:
    """Cascade as the paper writes it, with h the share that is left, firm by firm."""
    links = list(zip(net.supplier.tolist(), net.customer.tolist(), net.value.tolist(), net.need.tolist(), strict=True))
    n, sector, sales = net.n, net.sector.tolist(), net.output.tolist()
    bought = [sum(w for _, c, w, _ in links if c == k) for k in range(n)]
    down, up = [1 - s for s in shock], [1 - s for s in shock]
    for step in range(1, 100_000):
        share = []
        for j in range(n):
            left = sum(down[k] * sales[k] for k in range(n) if sector[k] == sector[j])
            share.append(min(1.0, sales[j] / left) if left > 0 else 1.0)
        new_down, new_up = [], []
        for c in range(n):
            worst = 0.0
            for kind in set(sector):
                own = [(j, w) for j, b, w, need in links if b == c and need == 2 and sector[j] == kind]
                whole = sum(w for _, w in own)
                worst = max(worst, sum(share[j] * w / whole * (1 - down[j]) for j, w in own))
            some = sum(share[j] * w / bought[c] * (1 - down[j]) for j, b, w, need in links if b == c and need == 1)
            new_down.append(min(1 - max(worst, some), 1 - shock[c]))
            lost = sum(w / sales[c] * (1 - up[b]) for j, b, w, _ in links if j == c)
            new_up.append(min(1 - lost, 1 - shock[c]))
        moved = max(abs(a - b) for a, b in zip(down + up, new_down + new_up, strict=True))
        down, up = new_down, new_up
        if moved <= tolerance:
            return down, up, step
    raise AssertionError("no standstill")


def index_by_definition(net: FirmNetwork, shock: list[float], tolerance: float) -> float:
    """Share of all sales lost."""
    down, up, _ = by_definition(net, shock, tolerance)
    sales = net.output.tolist()
    lost = sum(s * (1 - min(d, u)) for s, d, u in zip(sales, down, up, strict=True))
    return lost / sum(sales)
