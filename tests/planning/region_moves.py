"""Ways to write the same region differently: other codes, another order, other units, later years, a member in two."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from full_region import Tables
from haihe.region.units import factor

CODES = (
    "region", "parent", "from_region", "to_region", "regions", "users", "sector", "sectors", "row", "column",
)  # fmt: skip
AMOUNTS = ("value", "low", "high", "limit", "most", "capacity", "throughput")
YEARS = ("year", "base_year", "start", "first_year")
SETS = {"limit", "link", "target", "expansion"}
"""Tables' keys; a column of this name is a number only in other tables."""


def of_all(tables: Tables, change: Any) -> Tables:
    """Change a copy of every table; ``change`` sees the name and the frame."""
    return {name: change(name, frame.copy()) for name, frame in tables.items()}


def renamed(tables: Tables, names: Mapping[str, str]) -> Tables:
    """Give regions and sectors other codes."""

    def of_cell(cell: Any) -> Any:
        return ";".join(names.get(code, code) for code in cell.split(";")) if isinstance(cell, str) else cell

    def change(_: str, frame: pd.DataFrame) -> pd.DataFrame:
        for column in set(CODES) & set(frame.columns):
            frame[column] = [of_cell(cell) for cell in frame[column]]
        return frame

    return of_all(tables, change)


def shuffled(tables: Tables, seed: int) -> Tables:
    """Put the rows of every table in another order."""
    rng = np.random.default_rng(seed)
    return of_all(tables, lambda _, frame: frame.iloc[rng.permutation(len(frame))].reset_index(drop=True))


def in_units(tables: Tables, units: Mapping[str, tuple[str, ...]], seed: int) -> Tables:
    """Express every row in units of its own: ``units`` gives the words that one may stand for, also in a quotient."""
    rng = np.random.default_rng(seed)

    def other(unit: Any) -> Any:
        if not isinstance(unit, str):
            return unit
        return "/".join(str(rng.choice((part, *units.get(part, ())))) for part in unit.split("/"))

    def change(name: str, frame: pd.DataFrame) -> pd.DataFrame:
        if "unit" not in frame:
            return frame
        new = [other(unit) for unit in frame["unit"]]
        times = np.array([factor(a, b) if a != b else 1.0 for a, b in zip(frame["unit"], new, strict=True)])
        if name != "resources":
            for column in set(AMOUNTS) & set(frame.columns):
                if column != "limit" or name == "transfers":
                    frame[column] = frame[column].astype(float) * times
            for column in {"cost", "penalty"} & set(frame.columns):
                frame[column] = frame[column].astype(float) / times
        return frame.assign(unit=new)

    return of_all(tables, change)


def later(tables: Tables, by: int) -> Tables:
    """Let everything happen some years later."""

    def change(name: str, frame: pd.DataFrame) -> pd.DataFrame:
        for column in set(YEARS) & set(frame.columns):
            if name != "sources":
                frame[column] = frame[column] + by
        for column in {"valid_from", "valid_to"} & set(frame.columns):
            frame[column] = [f"{int(day[:4]) + by}{day[4:]}" for day in frame[column]]
        if name == "parameters":
            frame.loc[frame["parameter"].str.endswith("_year"), "value"] += by
        return frame

    return of_all(tables, change)


def split(tables: Tables, member: str, share: float) -> Tables:
    """Split a member into two that are copies of it in proportion; nothing flows between them."""
    parts = {f"{member}1": share, f"{member}2": 1.0 - share}
    extensive = {
        "accounts": "value", "flows": "value", "endowments": "value", "transfers": "limit", "expansions": "most",
        "links": "capacity", "targets": "value",
    }  # fmt: skip

    def change(name: str, frame: pd.DataFrame) -> pd.DataFrame:
        for column in {"regions", "users"} & set(frame.columns):
            frame[column] = frame[column].replace(member, ";".join(parts))
        ends = [c for c in ("region", "from_region", "to_region") if c in frame]
        if not ends:
            return frame
        touched = (frame[ends] == member).any(axis=1)
        made = []
        for part, size in parts.items():
            copy = frame[touched].copy()
            copy[ends] = copy[ends].replace(member, part)
            if name in extensive:
                copy[extensive[name]] = copy[extensive[name]].astype(float) * size
                for band in ({"low", "high"} & set(copy.columns)) if name == "flows" else ():
                    copy[band] = copy[band] * size
            for key in SETS & set(copy.columns):
                if copy[key].map(type).eq(str).all():
                    copy[key] = copy[key] + part[-1]
            made.append(copy)
        return pd.concat([frame[~touched], *made], ignore_index=True)

    return of_all(tables, change)
