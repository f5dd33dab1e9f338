"""Groups of foreign partners: how exports and imports divide between them."""

from collections.abc import Sequence

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.named import chosen
from haihe.planning.program import Floats
from haihe.region import Region

OTHERS = "others"
WORLD = "world"
NAMES = {OTHERS: Text("其他伙伴", "Others"), WORLD: Text("境外（未分伙伴，无数据）", "Abroad (by partner: no data)")}


def partners_of(
    region: Region, members: Sequence[str], sectors: Sequence[str]
) -> dict[str, tuple[Floats, Floats]] | None:
    """Read shares of partner groups in exports and imports, each of shape (R, n); None where there is no data.

    What the stated shares leave goes to the group ``others``.

    Raises
    ------
    HaiheError
        ``E-PLN-28`` where shares add up to more than 1.
    """
    table = region.frame("foreign_partners")
    if table.empty:
        return None
    shares = {code: np.zeros((2, len(members), len(sectors))) for code in dict.fromkeys(table["partner"])}
    for row in table.to_dict("records"):
        cells = chosen(row["regions"], members)[:, None] * chosen(row["sectors"], sectors) > 0
        for k, name in enumerate(("exports", "imports")):
            if np.isfinite(row[name]):
                shares[row["partner"]][k][cells] = row[name]
    left = 1.0 - np.sum(list(shares.values()), axis=0)
    if left.min() < -1e-9:
        k, r, i = (int(at) for at in np.unravel_index(int(left.argmin()), left.shape))
        what = (Text("出口", "exports"), Text("进口", "imports"))[k]
        value = f"{1 - left[k, r, i]:.3g}"
        raise HaiheError(
            "E-PLN-28", table="foreign_partners", what=what, region=members[r], sector=sectors[i], value=value
        )
    left = np.maximum(0.0, left)
    if left.max() > 1e-12:
        shares[OTHERS] = shares.get(OTHERS, 0.0) + left
    return {code: (share[0], share[1]) for code, share in shares.items()}


def partner_names(region: Region) -> dict[object, Text]:
    """Name every group of foreign partners."""
    rows = region.frame("foreign_partners")[["partner", "title_zh", "title_en"]].itertuples(index=False, name=None)
    return {**NAMES, **{code: Text(zh, en) if isinstance(zh, str) else Text(code, code) for code, zh, en in rows}}
