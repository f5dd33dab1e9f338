"""The record: the history of an object, and for auditors every entry of the chain."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from ninja import Path, Query
from pydantic import BaseModel, Field, StringConstraints

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Code, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.audit.models import Entry
from haihe.workspace.office.actions import AUDIT_READ
from haihe.workspace.office.seen import audited, hidden, things

SECTION = Section("audit", Text("记录与审计", "The record"))

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}\.[a-z_]{1,32}$")]
Plain = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=150)]


class EntryOut(BaseModel):
    """An entry of the chain; its hash covers all else and the hash of the entry before it.

    In the history of an object, fields that its reader does not see are left out; the audit has every field.
    """

    number: int
    at: datetime
    actor: str
    unit: str
    channel: str
    verb: str
    kind: str
    code: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    previous: str
    hash: str


class EntriesAsked(Asked):
    """Which entries are asked for; what is empty does not count."""

    actor: Plain = Field("", description="name of sign-in")
    unit: Plain = Field("", description="code of the unit")
    verb: Plain = Field("", description="what was done")
    kind: Plain = Field("", description="kind of object")
    channel: Plain = Field("", description="web, api, cli, job or import")


def entry_out(entry: Entry, left_out: frozenset[str] = frozenset()) -> EntryOut:
    """Give what is said of an entry, without some fields of the object."""
    said = {name: getattr(entry, name) for name in EntryOut.model_fields}
    for part in ("before", "after"):
        if said[part] is not None:
            said[part] = {name: value for name, value in said[part].items() if name not in left_out}
    return EntryOut.model_validate(said)


@SECTION.get(
    "/history/{kind}/{code}",
    "",
    Text("读取一个对象的历史", "read the history of an object"),
    Paged[EntryOut],
    about=Text("能看到该对象的人，以及审计人员。", "For whoever sees the object, and for auditors."),
)
def history(request: Call, kind: Path[Kind], code: Path[Code], asked: Query[Asked]) -> Paged[EntryOut]:
    """List the entries of an object, the newest first."""
    thing = things(request.user, [(kind, code)]).get((kind, code))
    entries = (Entry.objects.all() if thing is not None else audited(request.user)).filter(kind=kind, code=code)
    if thing is None and not entries.exists():
        raise Http404
    left_out = hidden(request.user, thing)
    return paged(entries, asked, "-number", lambda entry: entry_out(entry, left_out))


@SECTION.get("/audit", AUDIT_READ, Text("读取审计记录", "read the audit"), Paged[EntryOut], limit="audit")
def audit_entries(request: Call, asked: Query[EntriesAsked]) -> Paged[EntryOut]:
    """List the entries that the auditor may read, the newest first."""
    wanted = {name: said for name in ("actor", "unit", "verb", "kind", "channel") if (said := getattr(asked, name))}
    return paged(audited(request.user).filter(**wanted), asked, "-number", entry_out)
