"""Every table of a region, declared once."""

from haihe.region.spec import TableSpec
from haihe.region.tables.coalition import AGREEMENTS, ALLOCATIONS, CONVENTIONS, JOINT_PROJECTS, JOINT_USERS
from haihe.region.tables.duties import DEPARTMENTS, DUTIES, PROBLEMS, ROLES, SCENARIOS, TARGETS
from haihe.region.tables.economy import (
    ACCOUNTS,
    CHAIN_STAGES,
    CHAINS,
    ENTERPRISES,
    FLOWS,
    PARAMETERS,
    SECTORS,
    SUPPLIES,
    TECHNOLOGIES,
)
from haihe.region.tables.fiscal import FISCAL_PATHS, FUND_HOLDINGS, HOLDERS, OBLIGATIONS, PROMISES
from haihe.region.tables.money import (
    BUDGETS,
    FINANCES,
    FINANCING,
    FUND_MONEY,
    FUNDS,
    LEADING_INDUSTRIES,
    PROJECT_RESOURCES,
    PROJECT_SITES,
    PROJECTS,
    RULES,
)
from haihe.region.tables.outlook import FOREIGN_PARTNERS, GROWTH_PATHS, REPLACEMENTS
from haihe.region.tables.parts import DISTRICT_SHARES
from haihe.region.tables.pipeline import PIPELINE, STAGE_DELAYS, STAGE_HOLDS, TAX_SHARES
from haihe.region.tables.places import FREIGHT, LINKS, REGIONS, SOURCES
from haihe.region.tables.published import KNOWN_TOTALS, REVISIONS
from haihe.region.tables.resources import ENDOWMENTS, EXPANSIONS, LIMITS, RESOURCES, TRANSFERS, USES
from haihe.region.tables.shocks import SHOCK_EVENTS, SHOCKS

TABLES: dict[str, TableSpec] = {
    spec.name: spec
    for spec in (
        SOURCES,
        REGIONS,
        SECTORS,
        ACCOUNTS,
        FLOWS,
        DISTRICT_SHARES,
        KNOWN_TOTALS,
        REVISIONS,
        PARAMETERS,
        TECHNOLOGIES,
        GROWTH_PATHS,
        FOREIGN_PARTNERS,
        REPLACEMENTS,
        RESOURCES,
        ENDOWMENTS,
        USES,
        LIMITS,
        TRANSFERS,
        LINKS,
        FREIGHT,
        EXPANSIONS,
        AGREEMENTS,
        ALLOCATIONS,
        JOINT_PROJECTS,
        JOINT_USERS,
        CONVENTIONS,
        CHAINS,
        CHAIN_STAGES,
        DEPARTMENTS,
        FUNDS,
        RULES,
        BUDGETS,
        FINANCES,
        FUND_MONEY,
        PROJECTS,
        PROJECT_SITES,
        PROJECT_RESOURCES,
        FINANCING,
        LEADING_INDUSTRIES,
        PIPELINE,
        STAGE_HOLDS,
        STAGE_DELAYS,
        TAX_SHARES,
        TARGETS,
        ROLES,
        DUTIES,
        PROBLEMS,
        ENTERPRISES,
        SUPPLIES,
        FISCAL_PATHS,
        PROMISES,
        HOLDERS,
        OBLIGATIONS,
        FUND_HOLDINGS,
        SHOCKS,
        SHOCK_EVENTS,
        SCENARIOS,
    )
}
"""Declarations by name, in the order in which tables are shown and written."""

__all__ = ["TABLES"]
