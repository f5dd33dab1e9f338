"""A workspace with a submitted version and two tokens, for calls that come at once; and what the record says of it."""

from haihe.workspace.audit import chain
from haihe.workspace.audit.models import Entry
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.units import tokens
from haihe.workspace.units.approval import SUBMITTED
from workspace_api_cases import filled
from workspace_cases import small_city

CODE = "d-TJ-BH-2"


def seed() -> dict[str, str]:
    """Fill the workspace; gives the tokens."""
    city = small_city()
    filled(city)
    dataset = Dataset.objects.get(code="d-TJ-BH")
    dataset.current = Version.objects.get(code="d-TJ-BH-1")
    dataset.save()
    Version.objects.create(
        code=CODE,
        dataset=dataset,
        number=2,
        sha256="1" * 64,
        parent=dataset.current,
        unit=dataset.unit,
        state=SUBMITTED,
        submitted_by="bh-editor",
        created_by="bh-editor",
    )
    scopes = ("read", "write", "approve")
    return {who: tokens.create(city.people[who], "races", scopes, 1)[1] for who in ("bh-approver", "bh-editor")}


def recorded() -> dict[str, int]:
    """Give how often the version was changed, by verb, and how many breaks the chain has."""
    said = [entry.verb for entry in Entry.objects.filter(kind="data.version", code=CODE)]
    return {verb: said.count(verb) for verb in set(said)} | {"breaks": len(list(chain.verify()))}
