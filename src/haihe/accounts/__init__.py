"""The economy: input-output accounts of one or more regions, how to read, balance, merge and build them."""

from haihe.accounts.aggregate import Concordance, aggregate, read_pairs
from haihe.accounts.anything import Kind, read_any, recognise
from haihe.accounts.audit import Audit, audit, compare
from haihe.accounts.balance import BalanceResult, gras, ras
from haihe.accounts.books import read_national_workbook, read_provinces_workbook
from haihe.accounts.build import PARTNER, STEPS, BuildResult, build_interregional, consolidated_flows
from haihe.accounts.checks import BalanceReport, Check
from haihe.accounts.declared import Revision, known_totals_of, read_sector_output, revisions_of
from haihe.accounts.exiobase import read_exiobase
from haihe.accounts.figaro import read_figaro
from haihe.accounts.geography import DISTANCES, distances, great_circles, province_names, provinces_table
from haihe.accounts.gravity import fix_margins, gravity_flows, gravity_seed
from haihe.accounts.icio import read_icio
from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.known_totals import RegionalTotals
from haihe.accounts.national import read_national
from haihe.accounts.national_2012 import national_concordance, read_national_2012
from haihe.accounts.of_region import accounts_of, totals_met, update_region
from haihe.accounts.prices import Deflated, real_growth, to_constant_prices
from haihe.accounts.provincial import read_concordance, read_provinces
from haihe.accounts.quotients import (
    aflq,
    charm,
    charm_of_potential,
    cilq,
    flq,
    heterogeneity,
    heterogeneity_of_potential,
    size_factor,
    slq,
)
from haihe.accounts.regional import Accounts
from haihe.accounts.regionalise import Regionalised, regionalise
from haihe.accounts.soft_balance import SoftBalance, soft_balance
from haihe.accounts.sourcing import METHODS, location_quotients
from haihe.accounts.storage import read_parquet, table_frame, table_from_frame, to_xarray, write_parquet
from haihe.accounts.totals import Totals
from haihe.accounts.transit import clean_trade, net_transit
from haihe.accounts.update import update
from haihe.accounts.updated import UPDATE_STEPS, Updated
from haihe.accounts.vector import KnownTotal

__all__ = [
    "DISTANCES",
    "METHODS",
    "PARTNER",
    "STEPS",
    "UPDATE_STEPS",
    "Accounts",
    "Audit",
    "BalanceReport",
    "BalanceResult",
    "BuildResult",
    "Check",
    "Concordance",
    "Deflated",
    "InterregionalTable",
    "Kind",
    "KnownTotal",
    "RegionalTotals",
    "Regionalised",
    "Revision",
    "SoftBalance",
    "Totals",
    "Updated",
    "accounts_of",
    "aflq",
    "aggregate",
    "audit",
    "build_interregional",
    "charm",
    "charm_of_potential",
    "cilq",
    "clean_trade",
    "compare",
    "consolidated_flows",
    "distances",
    "fix_margins",
    "flq",
    "gras",
    "gravity_flows",
    "gravity_seed",
    "great_circles",
    "heterogeneity",
    "heterogeneity_of_potential",
    "known_totals_of",
    "location_quotients",
    "national_concordance",
    "net_transit",
    "province_names",
    "provinces_table",
    "ras",
    "read_any",
    "read_concordance",
    "read_exiobase",
    "read_figaro",
    "read_icio",
    "read_national",
    "read_national_2012",
    "read_national_workbook",
    "read_pairs",
    "read_parquet",
    "read_provinces",
    "read_provinces_workbook",
    "read_sector_output",
    "real_growth",
    "recognise",
    "regionalise",
    "revisions_of",
    "size_factor",
    "slq",
    "soft_balance",
    "table_frame",
    "table_from_frame",
    "to_constant_prices",
    "to_xarray",
    "totals_met",
    "update",
    "update_region",
    "write_parquet",
]
