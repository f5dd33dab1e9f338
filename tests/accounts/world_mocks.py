"""A small balanced world table, written in the layouts of the databases."""

from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts import InterregionalTable

REGIONS = ["AUS", "CHN", "ZAF"]
SECTORS = ["A01", "B05T06", "C10T12"]
FINAL = ["household", "npish", "government", "investment", "inventories"]


def world(added_kinds: list[str], seed: int = 7, valuables: bool = False) -> InterregionalTable:
    """Random table without trade outside it: both identities hold exactly."""
    rng = np.random.default_rng(seed)
    kinds = [*FINAL, "valuables"] if valuables else FINAL
    N, K = len(REGIONS) * len(SECTORS), len(REGIONS) * len(kinds)
    Z = rng.uniform(1.0, 9.0, (N, N)).round(3)
    final = rng.uniform(5.0, 20.0, (N, K)).round(3)
    output = Z.sum(axis=1) + final.sum(axis=1)
    left = output - Z.sum(axis=0)
    shares = np.linspace(1.0, 2.0, len(added_kinds))
    return InterregionalTable(
        regions=REGIONS,
        sectors=SECTORS,
        year=2020,
        unit="million USD",
        final_kinds=kinds,
        added_kinds=added_kinds,
        Z=Z,
        final=final,
        added=np.outer(shares / shares.sum(), left),
        imports=np.zeros(N),
        final_imports=np.zeros(K),
        exports=np.zeros(N),
        residual=np.zeros(N),
        output=output,
    )


def icio_frame(t: InterregionalTable, total: str = "OUT", split: bool = True) -> pd.DataFrame:
    """ICIO: China's producers as CN1 (60 %) and CN2 (40 %), final use as CHN; TLS, VA and OUT below."""
    codes = dict(zip(FINAL, ["HFCE", "NPISH", "GGFC", "GFCF", "INVNT"], strict=True))
    labels = [f"{r}_{s}" for r, s in t.index]
    frame = pd.DataFrame(t.Z, labels, labels)
    for at, (r, kind) in enumerate(t.final_index):
        frame[f"{r}_{codes[kind]}"] = t.final[:, at]
    frame[total] = t.output
    taxes, value_added = t.added
    below = {
        "TLS" if total == "OUT" else "AUS_TAXSUB": taxes,
        "VA" if total == "OUT" else "VALU": value_added,
        "OUT" if total == "OUT" else "OUTPUT": t.output,
    }
    for name, values in below.items():
        frame.loc[name] = [*values, *[0.0] * (frame.shape[1] - len(values))]
    return _split(_split(frame, axis=0), axis=1) if split else frame


def _split(frame: pd.DataFrame, axis: int) -> pd.DataFrame:
    """Divide China's producers along one axis."""
    whole = frame if axis == 0 else frame.T
    own = [label for label in whole.index if label.startswith("CHN_") and label[4:] in SECTORS]
    parts = [
        (whole.loc[own] * share).rename(lambda text, to=to: text.replace("CHN", to))
        for to, share in (("CN1", 0.6), ("CN2", 0.4))
    ]
    joined = pd.concat([whole.drop(index=own), *parts])
    return joined if axis == 0 else joined.T


def figaro_frame(t: InterregionalTable) -> pd.DataFrame:
    """FIGARO matrix: value added and adjustments below, with the area W2; no column of output."""
    codes = dict(zip(FINAL, ["P3_S14", "P3_S15", "P3_S13", "P51G", "P5M"], strict=True))
    labels = [f"{r}_{s}" for r, s in t.index]
    frame = pd.DataFrame(t.Z, labels, labels)
    for at, (r, kind) in enumerate(t.final_index):
        frame[f"{r}_{codes[kind]}"] = t.final[:, at]
    zeros = np.zeros(len(labels))
    rows = dict(zip(["D21X31", "D1", "D29X39", "B2A3G"], t.added, strict=True)) | {"OP_RES": zeros, "OP_NRES": zeros}
    for name, values in rows.items():
        frame.loc[f"W2_{name}"] = [*values, *[0.5] * t.final.shape[1]]
    return frame


def figaro_flat(t: InterregionalTable) -> pd.DataFrame:
    """FIGARO flat: a line a cell."""
    long = figaro_frame(t).rename_axis("row").reset_index().melt("row", var_name="column", value_name="obsValue")
    area = long[["row", "column"]].apply(lambda s: s.str.split("_", n=1, expand=True)[0])
    code = long[["row", "column"]].apply(lambda s: s.str.split("_", n=1, expand=True)[1])
    return pd.DataFrame(
        {
            "icioiRow": long["row"],
            "icioiCol": long["column"],
            "refArea": area["row"],
            "rowIi": code["row"],
            "counterpartArea": area["column"],
            "colIi": code["column"],
            "obsValue": long["obsValue"],
        }
    )


EXIO_FINAL = [
    "Final consumption expenditure by households",
    "Final consumption expenditure by non-profit organisations serving households (NPISH)",
    "Final consumption expenditure by government",
    "Gross fixed capital formation",
    "Changes in inventories",
    "Changes in valuables",
]


def exiobase_frames(t: InterregionalTable, coefficients: bool) -> dict[str, pd.DataFrame]:
    """EXIOBASE: by file name; satellite holds value added in money and one emission in kg."""
    index = pd.MultiIndex.from_product([t.regions, t.sectors], names=["region", "sector"])
    columns = pd.MultiIndex.from_product([t.regions, EXIO_FINAL], names=["region", "category"])
    exports = pd.DataFrame(0.0, index, pd.MultiIndex.from_product([t.regions, ["Exports: Total (fob)"]]))
    Y = pd.concat([pd.DataFrame(t.final, index, columns), exports.rename_axis(columns=columns.names)], axis=1)
    F = pd.DataFrame(np.vstack([t.added, np.ones(len(index))]), [*t.added_kinds, "CO2 - combustion - air"], index)
    units = pd.Series("M.EUR", F.index)
    units["CO2 - combustion - air"] = "kg"
    return {
        "A.txt" if coefficients else "Z.txt": pd.DataFrame(t.coefficients if coefficients else t.Z, index, index),
        "x.txt": pd.DataFrame({"indout": t.output}, index),
        "Y.txt": Y,
        "unit.txt": pd.DataFrame({"unit": "M.EUR"}, index),
        "satellite/F.txt": F.rename_axis("stressor"),
        "satellite/unit.txt": units.rename("unit").rename_axis("stressor").to_frame(),
    }


def save_exiobase(folder: Path, frames: dict[str, pd.DataFrame]) -> Path:
    (folder / "satellite").mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.to_csv(folder / name, sep="\t")
    return folder
