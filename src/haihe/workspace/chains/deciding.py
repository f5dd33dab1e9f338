"""Deciding about proposals: taken over as an item of the list, or declined with a reason. Nothing happens silently."""

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.chains import items
from haihe.workspace.chains.actions import DECIDE
from haihe.workspace.chains.models import DECLINED, TAKEN, Item, Proposal
from haihe.workspace.units.models import Person


def take(person: Person, proposal: Proposal, edition: int | None = None, channel: Channel = "web") -> Item:
    """Take a proposal over: an item of the list, with the reasons as its evidence."""
    with transaction.atomic():
        proposal.must_be_open()
        proposal.state, proposal.decided_by, proposal.decided_at = TAKEN, person.username, timezone.now()
        facts = {
            "name_zh": proposal.name_zh,
            "name_en": proposal.name_en,
            "kind_of": proposal.kind_of,
            "stage": proposal.stage,
            "evidence": "\n".join(dict.fromkeys((proposal.reason_zh, proposal.reason_en))),
            "source": proposal.version.code,
            "quality": proposal.quality,
        }
        proposal.item = items.add(person, proposal.board, facts, proposal.code, channel)
        store(person.actor(DECIDE, channel), "take", proposal, edition=edition)
    return proposal.item


def decline(
    person: Person, proposal: Proposal, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Decline a proposal; ``E-CHN-07`` without a reason."""
    proposal.must_be_open()
    if not reason.strip():
        raise HaiheError("E-CHN-07", value=proposal.name_zh)
    proposal.state, proposal.words = DECLINED, reason.strip()
    proposal.decided_by, proposal.decided_at = person.username, timezone.now()
    store(person.actor(DECIDE, channel), "decline", proposal, edition=edition, reason=proposal.words)
