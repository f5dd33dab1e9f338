"""The economy: input-output accounts of one or more regions, how to read, balance, merge and build them."""

from haihe.accounts.aggregate import Concordance, aggregate
from haihe.accounts.balance import BalanceResult, gras, ras
from haihe.accounts.build import PARTNER, STEPS, BuildResult, build_interregional, consolidated_flows
from haihe.accounts.checks import BalanceReport, Check
from haihe.accounts.geography import DISTANCES, distances, great_circles, province_names, provinces_table
from haihe.accounts.gravity import fix_margins, gravity_flows, gravity_seed
from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.national import read_national
from haihe.accounts.of_region import accounts_of
from haihe.accounts.provincial import read_concordance, read_provinces
from haihe.accounts.regional import Accounts
from haihe.accounts.transit import clean_trade, net_transit

__all__ = [
    "DISTANCES",
    "PARTNER",
    "STEPS",
    "Accounts",
    "BalanceReport",
    "BalanceResult",
    "BuildResult",
    "Check",
    "Concordance",
    "InterregionalTable",
    "accounts_of",
    "aggregate",
    "build_interregional",
    "clean_trade",
    "consolidated_flows",
    "distances",
    "fix_margins",
    "gras",
    "gravity_flows",
    "gravity_seed",
    "great_circles",
    "net_transit",
    "province_names",
    "provinces_table",
    "ras",
    "read_concordance",
    "read_national",
    "read_provinces",
]
