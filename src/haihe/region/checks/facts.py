"""What the checks look at: typed tables, with the cells that could not be read set apart."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.region.draft import Draft, empty_table
from haihe.region.tables import TABLES

Mask = npt.NDArray[np.bool_]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Facts:
    """A draft, as the checks see it."""

    draft: Draft
    _found: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: str, find: Callable[[], Found]) -> Found:
        """Give what several checks look at; it is found when the first of them asks."""
        if name not in self._found:
            self._found[name] = find()
        found: Found = self._found[name]
        return found

    @property
    def names(self) -> list[str]:
        """Tables that hold records, in declared order."""
        return list(self.draft.tables)

    def has(self, *names: str) -> bool:
        """Tell whether all these tables hold records."""
        return all(name in self.draft.tables for name in names)

    def unsure(self, name: str, *columns: str) -> bool:
        """Tell whether records may be missing, or one of these cells could not be read in some record."""
        return name in self.draft.partial or bool(columns and self.bad(name, *columns).any())

    def table(self, name: str) -> pd.DataFrame:
        """Give a table, empty where it is absent; records count from 0."""
        found = self.draft.tables.get(name)
        return empty_table(TABLES[name]) if found is None else found

    def bad(self, name: str, *columns: str) -> Mask:
        """Tell, for each record, whether one of these cells could not be read."""
        found = self.draft.tables.get(name)
        length = 0 if found is None else len(found)
        if name not in self.draft.bad:
            return np.zeros(length, dtype=bool)
        return np.asarray(self.draft.bad[name][list(columns)].any(axis=1), dtype=bool)

    def row(self, name: str, at: int) -> int:
        """Give the row of a record as the user sees it."""
        origin = self.draft.origins.get(name)
        row = origin.place(at, None).row if origin else None
        return at + 2 if row is None else row

    def members(self) -> list[str]:
        """Give the codes of the regions whose economy is planned."""
        regions = self.table("regions")
        return regions.loc[regions["role"].eq("member") & regions["region"].notna(), "region"].tolist()
