"""OECD inter-country input-output tables (ICIO), releases of 2016 to 2025, CSV."""

import re
from pathlib import Path

from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.matrix import MAX_BYTES, Label, read_matrix
from haihe.accounts.world import Vocabulary, arrange_world

PARTS = {"CN": "CHN", "MX": "MEX"}
"""Letters of the numbered parts of a country (CN1, CN2, MX1, ...) and the country they make up."""
_NUMBERED = re.compile(rf"({'|'.join(PARTS)})\d")

UNIT = "million USD"
TOTALS = ("OUT", "TOTAL")
"""Names of the column of gross output: the newer one, the older one."""


def country(region: str) -> str:
    """Give the country of a region: parts such as ``CN1``, ``MX2`` and ``CHN.NPR`` belong to one.

    Examples
    --------
    >>> country("CN2"), country("MEX.GMF"), country("AUS")
    ('CHN', 'MEX', 'AUS')
    """
    return PARTS[region[:2]] if _NUMBERED.fullmatch(region) else region.partition(".")[0]


WORDS = Vocabulary(
    final={
        "HFCE": "household",
        "HC": "household",
        "NPISH": "npish",
        "GGFC": "government",
        "GFCF": "investment",
        "INVNT": "inventories",
        "DPABR": "purchases_abroad",
        "CONS_ABR": "purchases_abroad",
        "P33": "purchases_abroad",
    },
    added={
        "TLS": "taxes_less_subsidies_on_products",
        "TAXSUB": "taxes_less_subsidies_on_products",
        "VA": "value_added",
        "VALU": "value_added",
    },
    output=TOTALS,
    residual=frozenset({"DISC"}),
    ignored=frozenset({"OUT", "OUTPUT", "TOTAL"}),
    whole=country,
)


def label(cells: tuple[str, ...]) -> Label:
    """Split a label at its first underscore; totals have no country."""
    region, _, item = cells[0].strip().partition("_")
    return (region, item) if item else ("", region)


def read_icio(path: str | Path, year: int | None = None, limit: int = MAX_BYTES) -> InterregionalTable:
    """Read an OECD ICIO table.

    Rows and columns carry labels ``COUNTRY_INDUSTRY``; the column of output is ``OUT`` or ``TOTAL``, value added is
    the row ``VA`` or ``VALU``, taxes less subsidies on products the row ``TLS`` or a row ``COUNTRY_TAXSUB`` each. The
    parts of China and Mexico (by export activity) are added up to the country. Taxes less subsidies on final use are
    not part of the identities of a table and are not read.

    Parameters
    ----------
    path : str or Path
        CSV, plain or ``.gz``.
    year : int, optional
        Year of the figures; it stands in the file's name only, so it is declared.
    limit : int
        Largest size accepted, in bytes unpacked.

    Returns
    -------
    InterregionalTable
        Million US dollars, basic prices.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` to ``E-ACC-06`` with file, row, column and the nearest label, ``E-WORLD-01`` too large.

    References
    ----------
    OECD, Inter-Country Input-Output Tables, http://oe.cd/icio.
    """
    return arrange_world(read_matrix(Path(path), label, limit=limit), WORDS, UNIT, year)
