"""Check a region's facts: everything that does not agree, at once."""

from haihe.messages import Findings
from haihe.region.draft import Draft


def check_draft(draft: Draft) -> Findings:
    """Check a draft."""
    return draft.findings
