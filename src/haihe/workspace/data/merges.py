"""Merging accepted answers into one new version of the dataset, and taking that back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd
from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.region.cells import dtype_of
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.data import store as tables_store
from haihe.workspace.data.actions import ASK
from haihe.workspace.data.answers import contents
from haihe.workspace.data.asking import asked_columns, frame_or_empty
from haihe.workspace.data.merging import Given, Merged, merge
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import OPEN, Answer, Request
from haihe.workspace.data.sending import facts
from haihe.workspace.data.versions import head, make, make_like, tables_of
from haihe.workspace.units.models import Person


@dataclass(frozen=True, slots=True)
class Preview:
    """What merging would do; ``mark`` names exactly the answers and the version it was made from."""

    merged: Merged
    answers: list[Answer]
    parent: Version | None
    mark: str

    @property
    def ready(self) -> bool:
        """Whether there is something to merge and every conflict is decided."""
        return bool(self.answers) and not self.merged.undecided


def preview(request: Request, choices: Mapping[str, str], rest: str = "") -> Preview:
    """Give what merging every accepted answer would do; ``rest`` is chosen for conflicts that ``choices`` do not name."""
    answers, parent = _standing(request)
    names = [each.table for each in request.tables]
    now = tables_of(parent, [name for name in names if parent is not None and name in parent.tables])
    sent = {name: frame for name, frame in facts(request).items() if name in names}
    columns = {each.table: asked_columns(TABLES[each.table], each.columns) for each in request.tables}
    given = [Given(answer.code, contents(answer), columns, request.struck_keys) for answer in answers]
    specs = {name: TABLES[name] for name in names}
    merged = merge(specs, sent, now, given, choices, rest)
    return Preview(merged, answers, parent, _mark(answers, parent))


def _standing(request: Request) -> tuple[list[Answer], Version | None]:
    """Give the answers that can be merged, and the version that they are merged into."""
    accepted = request.answers.filter(accepted_at__isnull=False, merged__isnull=True)
    answers = list(accepted.select_related("unit", "request__dataset", "request__base"))
    dataset = Dataset.objects.select_related("current", "unit").get(pk=request.dataset_id)
    return answers, head(dataset, request.unit)


def _mark(answers: list[Answer], parent: Version | None) -> str:
    said = [parent.code if parent else "", *([answer.code, answer.edition] for answer in answers)]
    return sha256(json.dumps(said).encode()).hexdigest()


def bring_together(
    person: Person,
    request: Request,
    choices: Mapping[str, str],
    mark: str,
    channel: Channel = "web",
    rest: str = "",
) -> Version:
    """Merge every accepted answer into one new version, in one transaction; what takes long is done before it.

    Parameters
    ----------
    choices : mapping
        By name of a row in conflict: ``answer`` or ``dataset``.
    mark : str
        The `Preview.mark` that the person saw.
    rest : str
        What is chosen for conflicts that ``choices`` do not name; "" where each must be named.

    Returns
    -------
    Version
        The new version; the one in force where the answers confirm what it says.

    Raises
    ------
    HaiheError
        ``E-DAT-27`` where answers or dataset moved since the preview, ``E-DAT-28`` where conflicts are undecided,
        ``E-DAT-29`` where nothing is accepted.
    """
    request.must_be(OPEN)
    seen = preview(request, choices, rest)
    if not seen.answers:
        raise HaiheError("E-DAT-29", value=request.title)
    if seen.mark != mark:
        raise HaiheError("E-DAT-27", value=request.title)
    if seen.merged.undecided:
        raise HaiheError("E-DAT-28", value=len(seen.merged.undecided))
    tables = _tables(request, seen)
    tables_store.put(tables)
    with transaction.atomic():
        locked = Request.objects.select_for_update().get(pk=request.pk)
        locked.must_be(OPEN)
        if _mark(*_standing(locked)) != mark:
            raise HaiheError("E-DAT-27", value=locked.title)
        version = _version(person, locked, seen, tables, channel) if tables else seen.parent
        if version is None:
            raise HaiheError("E-DAT-29", value=locked.title)
        for answer in seen.answers:
            answer.merged, answer.since = version, timezone.now()
            store(person.actor(ASK, channel, locked.unit), "merge", answer)
        kept = [each.name for each in seen.merged.conflicts if choices.get(each.name, rest) == "dataset"]
        made = {
            "version": version.code,
            "made": bool(seen.merged.taken),
            "answers": [answer.code for answer in seen.answers],
            "rows": len(seen.merged.taken),
            "kept": kept,
        }
        locked.merges = [*locked.merges, made]
        store(person.actor(ASK, channel), "merge", locked)
    return version


def _tables(request: Request, seen: Preview) -> dict[str, pd.DataFrame]:
    """Give the tables that merging changes."""
    tables = {name: seen.merged.tables[name] for name in {row.table for row in seen.merged.taken}}
    sources = with_source(request, seen.parent, tables)
    return tables if sources is None else tables | {"sources": sources}


def _version(
    person: Person, request: Request, seen: Preview, tables: Mapping[str, pd.DataFrame], channel: Channel
) -> Version:
    note = f"{request.title} ({request.code}): {len(seen.answers)}"
    return make(person, request.dataset, request.unit, tables, note, parent=seen.parent, channel=channel)


def with_source(request: Request, parent: Version | None, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Give the table of sources with this request as one of them, where a merged figure names it."""
    if not any("source" in frame and (frame["source"] == request.source).any() for frame in tables.values()):
        return None
    spec = TABLES["sources"]
    there = frame_or_empty(tables_of(parent, ["sources"]), spec)
    if (there["source"] == request.source).any():
        return None
    row: dict[str, Any] = dict.fromkeys(spec.names)
    row |= {
        "source": request.source,
        "publisher_zh": request.unit.name_zh,
        "publisher_en": request.unit.name.en,
        "title_zh": request.title,
        "title_en": request.title,
        "year": timezone.localdate().year,
        "method_zh": "由各填报单位报送，经其审批、发起单位接收后汇总",
        "method_en": "given by the units asked, approved there, accepted and merged by the asking office",
    }
    types = {column.name: dtype_of(column) for column in spec.columns}
    return pd.concat([there, pd.DataFrame([row]).astype(types)], ignore_index=True)


def undo(person: Person, request: Request, reason: str, channel: Channel = "web") -> Version:
    """Take the last merging back: a new version that says what was said before it; its answers are accepted again.

    Raises
    ------
    HaiheError
        ``E-WEB-26`` without a reason, ``E-DAT-30`` where nothing was merged or later versions stand on it.
    """
    if not reason.strip():
        raise HaiheError("E-WEB-26", value=request.title)
    with transaction.atomic():
        locked = Request.objects.select_for_update().get(pk=request.pk)
        locked.must_be(OPEN)
        dataset = (
            Dataset.objects.select_for_update(of=("self",))
            .select_related("current__parent", "unit")
            .get(pk=request.dataset_id)
        )
        last = locked.merges[-1] if locked.merges else None
        now = dataset.current
        if last is None or now is None or (last["made"] and now.code != last["version"]):
            raise HaiheError("E-DAT-30", value=locked.title)
        version = _back(person, locked, now, reason.strip(), channel) if last["made"] else now
        for answer in locked.answers.filter(code__in=last["answers"]).select_related("unit", "request"):
            answer.merged, answer.since = None, timezone.now()
            store(person.actor(ASK, channel, locked.unit), "unmerge", answer, reason=reason.strip())
        locked.merges = locked.merges[:-1]
        store(person.actor(ASK, channel), "unmerge", locked, reason=reason.strip())
    return version


def _back(person: Person, request: Request, now: Version, reason: str, channel: Channel) -> Version:
    """Make a version with the content of the one before."""
    note = f"{request.title} ({request.code}): ↶ {now.code}"
    return make_like(
        person, request.dataset, request.unit, now.parent, note, parent=now, reason=reason, channel=channel
    )
