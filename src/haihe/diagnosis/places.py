"""Who is who in a diagnosis: the region it is made for, the members beside it, and the years of its accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from haihe.accounts.of_region import accounts_of
from haihe.accounts.regional import Accounts, FloatArray
from haihe.diagnosis.result import names_of
from haihe.messages import HaiheError, Quality, Text, worst_quality
from haihe.region import Region
from haihe.region.nearest import suggest
from haihe.region.units import factors

MONEY = "亿元"
"""Unit of money of every figure of a diagnosis."""

LABOUR = "labour"
"""Code of the resource whose use per output gives jobs."""


@dataclass(frozen=True)
class Places:
    """Regions of a diagnosis.

    Attributes
    ----------
    home : str
        The member that the diagnosis is made for.
    members : tuple of str
        Regions that coordinate, those with accounts, `home` among them.
    outside : tuple of str
        Other regions of the country with accounts.
    names : mapping of str to Text
        Names of all regions.
    """

    home: str
    members: tuple[str, ...]
    outside: tuple[str, ...]
    names: Mapping[str, Text]

    @property
    def neighbours(self) -> tuple[str, ...]:
        """The members beside `home`."""
        return self.beside(self.home)

    def beside(self, region: str) -> tuple[str, ...]:
        """Give the members beside one of them."""
        return tuple(member for member in self.members if member != region)

    @property
    def together(self) -> Text:
        """The members' names, joined."""
        said = [self.names[member] for member in self.members]
        return Text("、".join(name.zh for name in said), ", ".join(name.en for name in said))


def places_of(region: Region, accounts: Accounts, home: str | None = None) -> Places:
    """Find out who coordinates, and for whom the diagnosis is made.

    Parameters
    ----------
    region : Region
        Members are the regions with the role ``member``; where no such region has accounts, every region with accounts.
    accounts : Accounts
        Accounts of the base year.
    home : str, optional
        The member to look from. Without it, the member with most regions right under it in the table ``regions`` (a
        city that is described by districts); the first one where there are none.

    Raises
    ------
    HaiheError
        ``E-DIA-60`` where `home` is no member with accounts.
    """
    table = region["regions"]
    role = dict(zip(table["region"], table["role"], strict=True))
    members = [code for code in accounts.regions if role.get(code) == "member"] or list(accounts.regions)
    names = names_of(region)
    if home is None:
        under = table["parent"].value_counts()
        home = max(members, key=lambda code: int(under.get(code, 0)))
    elif home not in members:
        known = {text(lang): code for code, text in names.items() if code in members for lang in ("zh", "en")}
        raise HaiheError("E-DIA-60", value=home, near=suggest(home, members, known))
    outside = tuple(code for code in accounts.regions if code not in members)
    return Places(home, tuple(members), outside, names)


def years_of(region: Region, years: Sequence[int] | None = None) -> tuple[int, ...]:
    """Give the years of accounts to compare, in order; the last one is the year of every level.

    Parameters
    ----------
    region : Region
        A region with accounts.
    years : sequence of int, optional
        Years to take; without them every year up to the base year that has accounts.

    Raises
    ------
    HaiheError
        ``E-TAB-01`` without accounts, ``E-ACC-40`` for a year that has none.
    """
    there = sorted({int(year) for year in region["accounts"]["year"].unique()})
    if years is None:
        return tuple(year for year in there if year <= region.meta.base_year) or tuple(there)
    lost = [year for year in years if year not in there]
    if lost:
        known = "、".join(map(str, there))
        raise HaiheError("E-ACC-40", table="accounts", year=lost[0], years=known)
    return tuple(sorted(set(years)))


def accounts_by_year(region: Region, years: Sequence[int]) -> dict[int, Accounts]:
    """Read the accounts of several years, in 亿元."""
    return {year: accounts_of(region, year).to_unit(MONEY) for year in years}


def dated(title: Text, year: int) -> Text:
    """Add the year of the figures to a title."""
    return Text(f"{title.zh}，{year} 年", f"{title.en}, {year}")


def jobs_of(region: Region, accounts: Accounts) -> tuple[FloatArray | None, Quality | None]:
    """Give the persons employed by region and sector, from the use of ``labour`` per output.

    Parameters
    ----------
    region : Region
        Its table ``uses``; the year nearest to that of the accounts counts.
    accounts : Accounts
        Output that the use refers to.

    Returns
    -------
    jobs : ndarray, shape (R, n), or None
        Persons; NaN where a region and sector has no record. None without any record.
    quality : str or None
        Worst mark of what was read.
    """
    table = region.frame("uses")
    table = table[(table["resource"] == LABOUR) & table["region"].isin(accounts.regions)]
    table = table[table["sector"].isin(accounts.sectors)]
    if table.empty:
        return None, None
    years = np.sort(table["year"].unique().astype(int))
    table = table[table["year"] == years[np.argmin(np.abs(years - accounts.year))]]
    rate = table.assign(rate=table["value"] * factors(table["unit"], f"persons/{accounts.unit}"))
    full = rate.pivot_table(index="region", columns="sector", values="rate", aggfunc="sum")
    full = full.reindex(index=accounts.regions, columns=accounts.sectors)
    return np.asarray(full.to_numpy(dtype=np.float64) * accounts.output), worst_quality(set(table["quality"]))
