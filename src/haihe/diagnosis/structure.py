"""What a region is made of: specialisation, similarity, what drove growth, kinds of sectors, gathered in one result."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from haihe.accounts.regional import Accounts
from haihe.diagnosis.classification import DEFAULT, Classification, Criteria, classify
from haihe.diagnosis.comparable import cautions, growth_years
from haihe.diagnosis.growth import Decomposition, decompose
from haihe.diagnosis.places import Places, accounts_by_year, places_of, years_of
from haihe.diagnosis.result import Basis, Result, basis_of
from haihe.diagnosis.shift_share import ShiftShare, shift_share
from haihe.diagnosis.similarity import ALL, Similarity, similarity
from haihe.diagnosis.specialisation import Specialisation, specialisation
from haihe.figures import Figure, Table
from haihe.messages import Text
from haihe.region import Region

INDUSTRY = ("mining", "manufacturing", "utilities")
"""Groups of the table ``sectors`` whose kinds are shown of `home`."""

ALONE = Text(
    "核算中没有国内其他地区，“全部地区”仅指这些成员之和，区位商与偏离—份额分析的比较对象不是全国。",
    "The accounts hold no rest of the country: “all regions” are these members together, so quotients and shift-share do "
    "not compare with the nation.",
)


@dataclass(frozen=True)
class Structure(Result):
    """The structure of a region and how it moved between the years of its accounts.

    Attributes
    ----------
    places : Places
        The region looked at, the other members, the rest of the country.
    years : tuple of int
        Years of the accounts used.
    specialisation : Specialisation
        What each region is specialised in.
    similarity : Similarity
        How alike the members are, over all sectors and within manufacturing.
    classification : Classification
        Emerging, advantageous and traditional sectors, beside the official list where there is one.
    shift_share : ShiftShare or None
        What growth is made of, between the latest comparable years (`growth_years`); None where there are none.
    decomposition : Decomposition or None
        What drove the growth of output, between the same years.
    basis : Basis
        What it rests on.
    """

    places: Places
    years: tuple[int, ...]
    specialisation: Specialisation
    similarity: Similarity
    classification: Classification
    shift_share: ShiftShare | None
    decomposition: Decomposition | None
    basis: Basis

    @property
    def parts(self) -> tuple[Result, ...]:
        """The results it is made of, those that the data allow, in the order in which a planner asks."""
        parts = (self.specialisation, self.similarity, self.classification, self.shift_share, self.decomposition)
        return tuple(part for part in parts if part is not None)

    def shown(self) -> Iterable[Table | Figure]:
        """Every table and figure of every part."""
        for part in self.parts:
            yield from part.shown()


def structure(
    region: Region,
    years: Sequence[int] | None = None,
    *,
    home: str | None = None,
    criteria: Criteria = DEFAULT,
) -> Structure:
    """Say what a region is made of.

    Parameters
    ----------
    region : Region
        With the table ``accounts``. All regions with accounts together stand for the nation, so they should cover it
        (the rest of the country as one region); accounts of the nation itself beside its parts are left out.
    years : sequence of int, optional
        Years of accounts to compare; all up to the base year where not given. What needs growth is made between those
        of them whose levels compare.
    home : str, optional
        Member to look at, see `places_of`.
    criteria : Criteria
        What makes a sector emerging, advantageous or traditional.

    Returns
    -------
    Structure

    Raises
    ------
    HaiheError
        ``E-TAB-01`` without accounts, ``E-ACC-40`` for a year without accounts, ``E-DIA-60`` for an unknown member,
        ``E-DIA-31`` and ``E-DIA-38`` where the accounts hold negative output or do not balance.

    Examples
    --------
    >>> import haihe as hh
    >>> from haihe.diagnosis.structure import structure
    >>> found = structure(hh.example("jing-jin-ji"))
    >>> found.places.home
    'TJ'
    """
    wanted = years_of(region, years)
    tables = {year: _without_nation(region, table) for year, table in accounts_by_year(region, wanted).items()}
    last = tables[wanted[-1]]
    places = places_of(region, last, home)
    alone = () if places.outside else (ALONE,)
    basis = replace(basis_of(region, "accounts", years=wanted), notes=(*alone, *cautions(region, wanted)))
    grown = growth_years(region, wanted)
    found = classify(
        tables,
        criteria=criteria,
        growth=grown,
        official=_official(region),
        home=places.home,
        focus=_in_groups(region, last, INDUSTRY),
        basis=basis,
    )
    moved: tuple[ShiftShare | None, Decomposition | None] = (None, None)
    if grown is not None:
        pair = {year: tables[year] for year in grown}
        of_pair = replace(basis_of(region, "accounts", years=grown), notes=(*alone, *cautions(region, grown)))
        moved = (
            shift_share(pair, home=places.home, basis=of_pair),
            decompose(pair, home=places.home, basis=of_pair),
        )
    return Structure(
        places,
        wanted,
        specialisation(tables, home=places.home, basis=basis),
        similarity(tables, regions=places.members, scopes=_scopes(region, last), home=places.home, basis=basis),
        found,
        *moved,
        basis,
    )


def _without_nation(region: Region, accounts: Accounts) -> Accounts:
    """Leave the nation's own accounts out where its parts have theirs: nothing is counted twice."""
    table = region["regions"]
    whole = set(table[table["level"] == "nation"]["region"])
    parts = [code for code in accounts.regions if code not in whole]
    return accounts.select(parts) if parts and len(parts) < len(accounts.regions) else accounts


def _in_groups(region: Region, accounts: Accounts, groups: Sequence[str]) -> list[str]:
    """Sectors of some groups, those that the accounts hold."""
    table = region["sectors"]
    wanted = set(table[table["group"].isin(list(groups))]["sector"])
    return [code for code in accounts.sectors if code in wanted]


def _scopes(region: Region, accounts: Accounts) -> dict[str, list[str]]:
    """All sectors, and manufacturing where it has two sectors or more."""
    made = _in_groups(region, accounts, ("manufacturing",))
    return {ALL: list(accounts.sectors), **({"manufacturing": made} if len(made) > 1 else {})}


def _official(region: Region) -> Mapping[str, str]:
    """Official type of each sector that has one."""
    table = region["sectors"].dropna(subset=["official_kind"])
    return dict(zip(table["sector"], table["official_kind"], strict=True))
