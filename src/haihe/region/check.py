"""Check a region's facts: everything that does not agree, at once.

Reading types the cells; the checks here ask whether the typed facts agree with each other. Cells that could not
be read are left alone, so that one fault gives one finding.
"""

from haihe.messages import Findings
from haihe.region.checks.balance import balances
from haihe.region.checks.facts import Facts
from haihe.region.checks.keys import (
    account_places,
    duplicate_keys,
    region_tree,
    same_ends,
    stage_references,
)
from haihe.region.checks.matching import limits_without_uses, rules_without_budget, scenarios_without_cell
from haihe.region.checks.numbers import bands, bounds, far_from_series, growth_targets, units_that_fit
from haihe.region.checks.references import dangling_references, mistyped_parents
from haihe.region.checks.sanity import equipment_within_investment, intensities_apart, limits_that_do_not_limit
from haihe.region.checks.years import base_year, gaps
from haihe.region.draft import Draft
from haihe.region.issues import to_findings

CHECKS = (
    duplicate_keys,
    dangling_references,
    stage_references,
    account_places,
    same_ends,
    region_tree,
    bounds,
    bands,
    growth_targets,
    units_that_fit,
    far_from_series,
    gaps,
    base_year,
    balances,
    limits_without_uses,
    rules_without_budget,
    scenarios_without_cell,
    equipment_within_investment,
    limits_that_do_not_limit,
    intensities_apart,
)
"""Every check of facts, each a function of `Facts` that yields issues."""


def check_draft(draft: Draft) -> Findings:
    """Check a draft: what was wrong with its form, and what does not agree.

    Returns
    -------
    Findings
        Sorted by table, row and column.
    """
    causes, facts = mistyped_parents(Facts(draft))
    issues = [*draft.issues, *causes, *(issue for check in CHECKS for issue in check(facts))]
    return to_findings(issues, draft.origins)
