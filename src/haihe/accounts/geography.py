"""Where the provinces of China lie: codes, names, capitals, and distances by declared definitions."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from haihe.accounts.labels import nearest
from haihe.accounts.regional import FloatArray
from haihe.messages import HaiheError, Text

EARTH_RADIUS_KM = 6371.0

DISTANCES: Mapping[str, Text] = {
    "capital": Text("省会城市间大圆距离", "great circle between provincial capitals"),
    "centre": Text("省域几何中心（约0.1度）间大圆距离", "great circle between geometric centres (about 0.1 degree)"),
}
"""The declared definitions of distance. None of them is known to be right: a band should cover both."""


@cache
def provinces_table() -> pd.DataFrame:
    """Give the 31 provinces: GB/T 2260 code, names, capital and its longitude and latitude, geometric centre.

    Public geographic facts written for this package: capitals to 0.01 degree, centres to 0.1 degree (estimated).
    """
    with resources.files("haihe.accounts").joinpath("data/capitals.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"code": str})


def province_names() -> dict[str, Text]:
    """Names of the provinces, by their English name as the published tables use it."""
    table = provinces_table()
    return {en: Text(zh, en) for zh, en in zip(table["name_zh"], table["name_en"], strict=True)}


def distances(regions: Sequence[str], definition: str = "capital") -> FloatArray:
    """Give distances between provinces in km, shape (R, R), by a declared definition.

    Parameters
    ----------
    regions : sequence of str
        Provinces by GB/T 2260 code, Chinese or English name.
    definition : str
        A key of `DISTANCES`.

    Raises
    ------
    HaiheError
        ``E-ACC-42`` for an unknown definition, ``E-ACC-07`` for an unknown province.
    """
    if definition not in DISTANCES:
        raise HaiheError("E-ACC-42", value=definition, known=", ".join(DISTANCES))
    table = provinces_table()
    row = {label: at for column in ("code", "name_zh", "name_en") for at, label in enumerate(table[column])}
    for region in regions:
        if region not in row:
            raise HaiheError("E-ACC-07", value=region, near=nearest(region, table["name_en"]))
    points = table.loc[[row[region] for region in regions], [f"{definition}_lon", f"{definition}_lat"]]
    return great_circles(points.to_numpy(dtype=np.float64))


def great_circles(points: FloatArray) -> FloatArray:
    """Give great-circle distances in km between points of longitude and latitude in degrees, shape (R, R).

    Haversine formula on a sphere of radius 6,371 km.
    """
    lon, lat = np.radians(points).T
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))
