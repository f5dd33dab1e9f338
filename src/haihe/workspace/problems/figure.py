"""The number that a problem rests on, with where it stands: result, table, row, value, unit, year, data version."""

from dataclasses import asdict, dataclass
from typing import Any

from haihe.messages import Text
from haihe.region.units import said

MISSING = "—"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a result, as it was when the problem was raised.

    Numbers are written as text, so that the record says the same in every database.

    Parameters
    ----------
    result : str
        Code of the job whose result it is.
    table, row, place : str
        Where it stands in the result.
    value, low, high : str
        The number and its band; empty where there is none.
    unit : str
        Unit of the number, as the library writes units.
    year : str
    version : str
        Code of the data version.
    quality : str
        Quality of the facts that it rests on.
    """

    result: str = ""
    table: str = ""
    row: str = ""
    place: str = ""
    value: str = ""
    low: str = ""
    high: str = ""
    unit: str = ""
    year: str = ""
    version: str = ""
    quality: str = ""

    def plain(self) -> dict[str, Any]:
        """Give it as a problem keeps it; only what it says."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def unit_name(self) -> Text:
        """The unit in words."""
        return said(self.unit)

    @property
    def words(self) -> Text:
        """The number with band, unit and year."""
        band = f" [{self.low}–{self.high}]" if self.low and self.high else ""
        unit = self.unit_name
        zh, en = (f"，{self.year} 年", f", {self.year}") if self.year else ("", "")
        return Text(f"{self.value or MISSING}{band} {unit.zh}{zh}", f"{self.value or MISSING}{band} {unit.en}{en}")
