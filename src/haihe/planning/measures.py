"""A measure: one indicator over a set of regions and sectors, in one year or over the whole plan."""

import re
from dataclasses import dataclass
from typing import Self

from haihe.messages import HaiheError

ALL = ("*",)
_PATTERN = re.compile(
    r"^(?P<indicator>[^\[\]@/\s]+)(\[(?P<sectors>[^\[\]@/]+)\])?(@(?P<regions>[^\[\]@/]+))?(/(?P<year>\d{4}))?$"
)


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator over a set.

    Parameters
    ----------
    indicator : str
        Code of the registry, with its qualifier after a colon, e.g. ``jobs`` or ``use:water``.
    regions : tuple of str
        Members; ``*`` for all.
    sectors : tuple of str
        Sectors or groups of sectors (``manufacturing``); ``*`` for all.
    year : int, optional
        A year of the plan. Without one it is the sum over the milestones, each by its discounted length D_t over the
        trend, so that it counts years and not milestones.

    Examples
    --------
    >>> Measure.parse("value_added[manufacturing]@TJ/2030")
    Measure(indicator='value_added', regions=('TJ',), sectors=('manufacturing',), year=2030)
    >>> str(Measure.parse("jobs@TJ;HE"))
    'jobs@TJ;HE'
    """

    indicator: str
    regions: tuple[str, ...] = ALL
    sectors: tuple[str, ...] = ALL
    year: int | None = None

    @classmethod
    def parse(cls, text: "str | Measure") -> Self:
        """Read ``indicator[sectors]@regions/year``; only the indicator is needed, sets are joined by ``;``.

        Raises
        ------
        HaiheError
            ``E-PLN-51`` where it is not of that form.
        """
        if isinstance(text, Measure):
            return cls(text.indicator, text.regions, text.sectors, text.year)
        found = _PATTERN.match(text.strip())
        if found is None:
            raise HaiheError("E-PLN-51", value=text, near="")
        sets = {name: split(found[name]) for name in ("regions", "sectors")}
        return cls(found["indicator"], **sets, year=int(found["year"]) if found["year"] else None)

    @property
    def base(self) -> str:
        """Code before the colon."""
        return self.indicator.partition(":")[0]

    @property
    def of(self) -> str:
        """What stands after the colon."""
        return self.indicator.partition(":")[2]

    def in_year(self, year: int | None) -> "Measure":
        """The same in one year of the plan."""
        return Measure(self.indicator, self.regions, self.sectors, year)

    def __str__(self) -> str:
        sectors = "" if self.sectors == ALL else f"[{';'.join(self.sectors)}]"
        regions = "" if self.regions == ALL else f"@{';'.join(self.regions)}"
        return f"{self.indicator}{sectors}{regions}" + (f"/{self.year}" if self.year else "")


def code_of(cell: object) -> str:
    """A code as a cell holds it; nothing for an empty one."""
    return "" if cell is None or cell != cell else str(cell).strip()


def split(codes: object) -> tuple[str, ...]:
    """Codes joined by ``;`` as a tuple; nothing stands for all."""
    found = tuple(code.strip() for code in code_of(codes).split(";") if code.strip())
    return ALL if not found or "*" in found else found
