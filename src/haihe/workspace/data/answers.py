"""What one unit answers: its workbook, its contents, and the way from the editor to the asking office."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256

import pandas as pd
from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError, Lang, Text
from haihe.region.spec import TableSpec
from haihe.region.tables import TABLES
from haihe.region.template import sheets_bytes
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.data import store as tables_store
from haihe.workspace.data.actions import ACCEPT, ANSWER
from haihe.workspace.data.asking import frame_or_empty, keys_of, narrowed
from haihe.workspace.data.requests import OPEN, Answer, Request
from haihe.workspace.data.sending import Sheet, facts, shares, sheets
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person

Tables = dict[str, pd.DataFrame]


def specs_of(answer: Answer) -> dict[str, TableSpec]:
    """Give the tables that an answer holds, with the columns that travel."""
    return {each.table: narrowed(TABLES[each.table], each.columns) for each in answer.request.tables}


def contents(answer: Answer, asked: Mapping[str, Sheet] | None = None) -> Tables:
    """Give the rows of an answer: what was entered, and where nothing was yet, what was known at sending."""
    specs = specs_of(answer)
    given = {}
    for name, spec in specs.items():
        if name in answer.tables:
            given[name] = tables_store.store().get(answer.tables[name]["sha256"], spec)
        else:
            asked = asked if asked is not None else sheets(answer.request, answer.unit, facts(answer.request))
            given[name] = asked[name].frame[~asked[name].fresh].reset_index(drop=True)
    return given


def keep(answer: Answer, tables: Mapping[str, pd.DataFrame], upload: str) -> None:
    """Put whole tables into an answer, keeping what it held before; the caller stores it."""
    store_of = tables_store.store()
    answer.kept = [*answer.kept, {"upload": upload, "tables": answer.tables}]
    answer.tables = answer.tables | {
        name: {"sha256": store_of.put(name, frame), "rows": len(frame)} for name, frame in tables.items()
    }


def exchange(answer: Answer, upload: str) -> None:
    """Put back what an answer held before an upload, or what the upload held, where it was put back; the caller stores it."""
    last = answer.kept[-1]
    if last["upload"] != upload:
        raise HaiheError("E-DAT-31", value=answer.code)
    answer.kept = [*answer.kept[:-1], {"upload": upload, "tables": answer.tables}]
    answer.tables = last["tables"]


def mark_of(answer: Answer) -> str:
    """Name exactly what an answer holds now."""
    said = json.dumps([answer.code, answer.tables, answer.request.base_id], sort_keys=True)
    return sha256(said.encode()).hexdigest()


def scope_of(answer: Answer) -> frozenset[str]:
    """Give the regions whose rows an answer may hold."""
    return frozenset(shares(answer.request, facts(answer.request)).get(answer.unit.code, set()))


def unanswered(answer: Answer) -> dict[str, int]:
    """Give how many figures asked have no value yet, by table."""
    asked = sheets(answer.request, answer.unit, facts(answer.request))
    given = contents(answer, asked)
    counts = {}
    for each in answer.request.tables:
        sheet, spec, columns = asked[each.table], TABLES[each.table], list(each.columns)
        both = sheet.frame[spec.key].merge(given[each.table][[*spec.key, *columns]], how="left", on=spec.key)
        counts[each.table] = int((both[columns].isna() & sheet.marks[columns]).to_numpy().sum())
    return counts


def rows_to_fill(
    answer: Answer, asked: Mapping[str, Sheet], given: Mapping[str, pd.DataFrame]
) -> tuple[Tables, Tables]:
    """Give the rows of an answer with those still to be filled in, by table; and in the same shape, which cells are asked."""
    frames, marks = {}, {}
    for name, sheet in asked.items():
        spec = TABLES[name]
        there = set(keys_of(given[name], spec))
        rest = sheet.frame[[sheet.fresh[at] and key not in there for at, key in enumerate(keys_of(sheet.frame, spec))]]
        if "source" in rest:
            rest = rest.assign(source=rest["source"].fillna(answer.request.source))
        frame = pd.concat([given[name], rest], ignore_index=True) if len(rest) else given[name]
        marked = dict(zip(keys_of(sheet.frame, spec), sheet.marks.to_numpy(), strict=True))
        none = [False] * frame.shape[1]
        frames[name] = frame
        marks[name] = pd.DataFrame([marked.get(key, none) for key in keys_of(frame, spec)], columns=frame.columns)
    return frames, marks


def workbook(answer: Answer, lang: Lang) -> bytes:
    """Give the workbook to fill in: only this unit's rows, what is known filled in, what is asked in yellow."""
    tables = facts(answer.request)
    asked = sheets(answer.request, answer.unit, tables)
    frames, marks = rows_to_fill(answer, asked, contents(answer, asked))
    specs = list(specs_of(answer).values())
    return sheets_bytes(
        specs, lang, tables=frames, asked=marks, lists=_lists(answer, specs, tables), steps=_steps(answer)
    )


def _steps(answer: Answer) -> list[Text]:
    request = answer.request
    said = Text(
        "数据收集“{title}”，填报单位：{unit}，请于 {due} 前完成。",
        "Request “{title}”, to be answered by {unit}, due on {due}.",
    )
    steps = [said.format(title=request.title, unit=answer.unit.name, due=request.due.isoformat())]
    if request.note:
        steps.append(Text(request.note, request.note))
    own = Text(
        "“来源”已填为 {source}（即本次收集）；数据出自别处的，请改选数据集中已有的来源。",
        "Column source says {source}, which is this request; where a figure comes from elsewhere, choose a source that the dataset has.",
    )
    return [*steps, own.format(source=request.source)]


def _lists(answer: Answer, specs: list[TableSpec], tables: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Give the codes that drop-down lists offer: the unit's own regions, the sources, and what the other tables hold."""
    lists: dict[str, list[str]] = {}
    version = answer.request.base
    for ref in {column.ref for spec in specs for column in spec.columns if column.ref and column.kind == "code"}:
        table, _, key = ref.partition(".")
        if table == "regions":
            lists[ref] = sorted(scope_of(answer))
        elif table == "sources":
            lists[ref] = [answer.request.source, *frame_or_empty(tables, TABLES["sources"])["source"]]
        elif version is not None and table in version.tables:
            lists[ref] = list(tables_store.get(version.tables[table]["sha256"], table)[key])
    return lists


@contextmanager
def _open(answer: Answer) -> Iterator[None]:
    """Do something in a transaction in which the answer's request is open and stays so."""
    with transaction.atomic():
        Request.objects.select_for_update(of=("self",)).get(pk=answer.request_id).must_be(OPEN)
        yield


def editable(answer: Answer) -> None:
    """Raise where an answer cannot be changed: the request is closed, or it was handed in."""
    answer.request.must_be(OPEN)
    answer.edit_allowed()


def submit(
    person: Person, answer: Answer, remark: str = "", edition: int | None = None, channel: Channel = "web"
) -> None:
    """Hand an answer in to the unit's approver; ``E-DAT-32`` where figures are missing and no remark says why."""
    answer.request.must_be(OPEN)
    missing = sum(unanswered(answer).values())
    if missing and not remark.strip():
        raise HaiheError("E-DAT-32", column="remark", value=missing)
    with _open(answer):
        answer.remark, answer.since = remark.strip(), timezone.now()
        answer.submit(person, edition, channel)


def approve(person: Person, answer: Answer, edition: int | None = None, channel: Channel = "web") -> None:
    """Approve and lock what somebody else of the unit handed in: the asking office sees it from now on."""
    with _open(answer):
        answer.since = timezone.now()
        answer.approve(person, edition, channel)


def send_back(
    person: Person, answer: Answer, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Give a submitted answer back to the editor, with a reason."""
    with _open(answer):
        answer.since = timezone.now()
        answer.send_back(person, reason, edition, channel)


def accept(person: Person, answer: Answer, edition: int | None = None, channel: Channel = "web") -> None:
    """Accept an approved answer: it can be merged."""
    with _open(answer):
        _approved_only(answer)
        answer.accepted_by, answer.accepted_at, answer.since = person.username, timezone.now(), timezone.now()
        store(person.actor(ACCEPT, channel, answer.request.unit), "accept", answer, edition=edition)


def return_answer(
    person: Person, answer: Answer, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Return an approved or accepted answer to its unit, with a reason; it is a draft again. Not after merging."""
    with _open(answer):
        if answer.merged_id is not None:
            raise HaiheError("E-DAT-33", value=answer.code, state=answer.stage_name)
        answer.accepted_by, answer.accepted_at, answer.since = "", None, timezone.now()
        answer.reopen(person, reason, edition, channel)


def reopen(person: Person, answer: Answer, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Un-approve in the unit what the asking office has not accepted yet, with a reason."""
    with _open(answer):
        _approved_only(answer)
        answer.since = timezone.now()
        answer.reopen(person, reason, edition, channel)


def _approved_only(answer: Answer) -> None:
    if answer.stage != APPROVED:
        raise HaiheError("E-DAT-33", value=answer.code, state=answer.stage_name)


def made_by_upload(person: Person, answer: Answer, tables: Mapping[str, pd.DataFrame], upload: str) -> None:
    """Take the tables of an upload into an answer, in the transaction of the upload."""
    with _open(answer):
        editable(answer)
        keep(answer, tables, upload)
        answer.created_by = person.username
        store(person.actor(ANSWER, "import"), "fill", answer)


def undone(person: Person, answer: Answer, upload: str, reason: str) -> None:
    """Take an upload out of an answer again, or put it back."""
    with _open(answer):
        editable(answer)
        exchange(answer, upload)
        store(person.actor(ANSWER, "import"), "undo", answer, reason=reason)
