"""Which years of accounts may be compared: levels across a statistical revision may not."""

from collections.abc import Sequence

from haihe.messages import Text
from haihe.region import Region


def growth_years(region: Region, years: Sequence[int]) -> tuple[int, int] | None:
    """Give the latest two years between which growth means something.

    A year of the table ``revisions`` had its figures revised after its accounts were made, so levels up to that year
    and levels after it are of different statistics. Shares move little, but growth across it is no growth.

    Parameters
    ----------
    region : Region
        With or without the table ``revisions``.
    years : sequence of int
        Years with accounts.

    Returns
    -------
    (int, int) or None
        First and last year of the latest run of two years or more without a revision between them; None where there
        is none.
    """
    table = region.frame("revisions")
    breaks = sorted({int(year) for year in table["year"]}) if len(table) else []
    runs: dict[int, list[int]] = {}
    for year in sorted(set(years)):
        runs.setdefault(sum(at < year for at in breaks), []).append(year)
    long = [run for run in runs.values() if len(run) > 1]
    return (long[-1][0], long[-1][-1]) if long else None


def cautions(region: Region, years: Sequence[int]) -> tuple[Text, ...]:
    """Say what a reader must know of some years of accounts: levels revised since, years carried forward.

    Parameters
    ----------
    region : Region
        With or without the tables ``revisions`` and ``known_totals``.
    years : sequence of int
        Years used.
    """
    revised, known = region.frame("revisions"), region.frame("known_totals")
    breaks = sorted({int(year) for year in revised["year"]}) if len(revised) else []
    said = [
        Text(
            f"{year} 年及以前的总量后来经过统计修订，与此后年份不可比；增长只在可比年份之间计算。",
            f"Levels up to {year} were revised later and do not compare with those after it; growth is taken between "
            "comparable years only.",
        )
        for year in breaks
        if min(years) <= year < max(years)
    ]
    carried = sorted({int(y) for y in known["year"]} & set(years)) if len(known) else []
    said += [
        Text(
            f"{year} 年核算由较早年份推算，行业结构的变动部分来自全国同行业的变动。",
            f"The accounts of {year} are carried forward from earlier ones; part of how their structure moved is the "
            "nation's move by sector.",
        )
        for year in carried
    ]
    return tuple(said)
