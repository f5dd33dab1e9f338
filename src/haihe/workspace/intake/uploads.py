"""What happens to an upload: received, read, confirmed, undone. Every step is one transaction with its entry in the audit."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from haihe.files import replace_file
from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.region.checks.facts import Facts
from haihe.region.checks.keys import repeated_keys
from haihe.region.draft import Draft, empty_table
from haihe.region.issues import to_findings
from haihe.region.spec import TableSpec
from haihe.workspace.audit.chain import Actor, Channel, record, store
from haihe.workspace.intake.actions import CONFIRM, UPLOAD
from haihe.workspace.intake.arriving import admitted, shown_name
from haihe.workspace.intake.changes import Changes, changes
from haihe.workspace.intake.frames import PRIVATE, TableStore
from haihe.workspace.intake.models import (
    ADD,
    CONFIRMED,
    EMPTY,
    PREVIEWED,
    RECEIVED,
    REFUSED,
    REPLACE,
    STATES,
    UNDONE,
    Reading,
    Upload,
)
from haihe.workspace.intake.preview import preview_of
from haihe.workspace.intake.reading import read_upload
from haihe.workspace.intake.scope import OPEN, rows_of
from haihe.workspace.intake.targets import Target, target_of, thing_of
from haihe.workspace.jobs.queue import enqueue
from haihe.workspace.units.models import Owned, Person, Unit

MOST = 10_000
"""Findings that are kept; all are counted."""
TASK = "intake.read"


def folder() -> Path:
    """Give the folder in which files that came in are kept."""
    return Path(settings.OFFICE.home) / "uploads"


def path_of(upload: Upload) -> Path:
    """Give the place of an upload's file: its hash, never its name."""
    return place_of(upload.sha256, Path(upload.file_name).suffix.lower())


def place_of(sha: str, suffix: str) -> Path:
    """Give the place of a file that came in, by its hash and suffix."""
    return folder() / sha[:2] / f"{sha}{suffix}"


def keep_file(data: bytes, suffix: str) -> str:
    """Keep a file that was admitted, readable by its owner only; gives its hash. Equal content is one file."""
    sha = hashlib.sha256(data).hexdigest()
    path = place_of(sha, suffix)
    if not path.exists():
        replace_file(path, lambda file: file.write_bytes(data), PRIVATE)
    return sha


def frames() -> TableStore:
    """Give the store of the tables that were read from uploads."""
    return TableStore(folder() / "tables")


def receive(
    person: Person,
    unit: Unit,
    target: Target,
    thing: Owned,
    file_name: str,
    data: bytes,
    way: str = ADD,
    channel: Channel = "web",
) -> Upload:
    """Take a file in and have it read in the background.

    Raises
    ------
    HaiheError
        As `arriving.admitted`; nothing is kept of a file that is refused but the entry in the audit that says so.
    """
    name = shown_name(file_name)
    actor = person.actor(UPLOAD, channel)
    try:
        suffix = admitted(name, data, settings.OFFICE["UPLOAD_MB"] * 1024 * 1024)
    except HaiheError as error:
        said = {"file": name, "size": len(data), "refused": error.code, "target": target.code, "thing": thing.code}
        record(actor, "refuse", Upload.kind(), "", after=said)
        raise
    sha = keep_file(data, suffix)
    title = target.title(thing)
    upload = Upload(
        code=f"u{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}",
        unit=unit,
        created_by=person.username,
        target=target.code,
        thing=thing.code,
        thing_zh=title.zh[:200],
        thing_en=title.en[:200],
        file_name=name,
        sha256=sha,
        size=len(data),
        way=way if target.replaces and way == REPLACE else ADD,
    )
    with transaction.atomic():
        store(actor, "upload", upload)  # first: the job is about an upload that its sender can see
        upload.job = _queue(person, upload, channel)
        upload.save(update_fields=["job"])
    return upload


def _queue(person: Person, upload: Upload, channel: Channel) -> str:
    """Have the file read in the background; gives the code of the job."""
    # by its code: jobs are seen from above, the name of a file only where it was sent
    title = Text("读取上传 {code}", "read the upload {code}").format(code=upload.code)
    return enqueue(person, upload.unit, TASK, title=title, channel=channel, upload=upload.code).code


def again(person: Person, upload: Upload, edition: int | None = None, channel: Channel = "web") -> None:
    """Have an upload that was not confirmed read again, against what stands now."""
    if upload.state not in (PREVIEWED, REFUSED, EMPTY):
        raise HaiheError("E-WEB-21", value=upload.code, state=STATES[upload.state])
    with transaction.atomic():
        upload.state, upload.job = RECEIVED, _queue(person, upload, channel)
        store(person.actor(UPLOAD, channel), "read again", upload, edition=edition)


def read(actor: Actor, upload: Upload) -> None:
    """Read an upload's file: findings, and what it would change. Done twice, it is done once."""
    if upload.state != RECEIVED:
        return
    target, thing = target_of(upload.target), thing_of(upload)
    specs = target.specs(thing)
    base = target.mark(thing, upload.unit)
    draft = read_upload(path_of(upload), upload.file_name, specs, whole=target.whole(thing))
    findings = target.check(thing, upload, draft)
    found: list[Changes] = []
    if findings.ok and not draft.tables:
        findings = Findings([*findings, Finding("E-INT-06", file=upload.file_name)])
    if findings.ok:
        findings = Findings([*findings, *_repeated(draft, specs)])
    if findings.ok:
        found = _compare(target, thing, upload, draft.tables, specs)
        findings = Findings([*findings, *_rejected(found, draft)])
    kept = {name: frames().put(name, frame) for name, frame in draft.tables.items()} if findings.ok else {}
    upload.errors = len(findings.errors)
    upload.warnings = len(findings) - upload.errors
    upload.base = base
    upload.state = REFUSED if upload.errors else PREVIEWED if any(found) else EMPTY
    said = {
        "total": len(findings),
        "findings": [finding.to_dict() for finding in findings[:MOST]],
        "tables": kept,
        "meta": draft.meta.model_dump() if draft.meta is not None else {},
        "counts": {each.spec.name: each.counts for each in found},
        "preview": {each.spec.name: preview_of(each) for each in found},
    }
    with transaction.atomic():
        store(actor, "read", upload)
        Reading.objects.update_or_create(upload=upload, defaults=said)


def _repeated(draft: Draft, specs: Mapping[str, TableSpec]) -> Findings:
    """Give the rows whose key stands in an earlier row already: what they change could not be told."""
    facts = Facts(draft)
    issues = (issue for name in draft.tables for issue in repeated_keys(facts, name, specs[name].key))
    return to_findings(issues, draft.origins)


def _compare(
    target: Target, thing: Owned, upload: Upload, tables: Mapping[str, pd.DataFrame], specs: Mapping[str, TableSpec]
) -> list[Changes]:
    """Compare every table that was sent with what stands."""
    current, regions = target.current(thing, upload.unit), target.scope(thing, upload.unit)
    return [
        changes(
            current[name] if name in current else empty_table(specs[name]),
            frame,
            specs[name],
            replace=upload.way == REPLACE,
            mine=None if regions is None else rows_of(specs[name], regions),
            may_add=name in OPEN,
        )
        for name, frame in tables.items()
    ]


def _rejected(found: list[Changes], draft: Draft) -> list[Finding]:
    """Give a finding for every row that is not the sender's to change."""
    named = []
    for each in found:
        origin = draft.origins[each.spec.name]
        for at in each.rejected.index:
            place = origin.place(int(at), None)
            values = {"title": each.spec.title}
            named.append(Finding("W-INT-01", place.sheet, place.row, values=values, file=place.file))
    return named


def compared(upload: Upload) -> list[Changes]:
    """Give the changes of an upload again, whole; ``E-INT-20`` where what it was compared with has changed."""
    target, thing = target_of(upload.target), thing_of(upload)
    _unmoved(target, thing, upload)
    specs = target.specs(thing)
    return _compare(target, thing, upload, frames().all(upload.reading.tables, specs), specs)


def was_read(upload: Upload) -> None:
    """Raise ``E-WEB-21`` where a file is not read yet."""
    if upload.state == RECEIVED:
        raise HaiheError("E-WEB-21", value=upload.code, state=STATES[upload.state])


def unmoved(upload: Upload) -> None:
    """Raise ``E-INT-20`` where what an upload was compared with has changed since."""
    _unmoved(target_of(upload.target), thing_of(upload), upload)


def _unmoved(target: Target, thing: Owned, upload: Upload) -> None:
    if target.mark(thing, upload.unit) != upload.base:
        raise HaiheError("E-INT-20", value=upload.thing)


def _allowed(person: Person, upload: Upload) -> tuple[Target, Owned]:
    """Give target and thing; refuse whom the thing does not let send in for the upload's unit any more."""
    target, thing = target_of(upload.target), thing_of(upload)
    if upload.unit not in target.units(person, thing) or not person.may(target.confirm_action, upload.unit):
        raise PermissionDenied
    return target, thing


@dataclass(frozen=True, slots=True)
class Ready:
    """The tables that a confirmation will write, worked out before the transaction; ``edition`` is the upload's."""

    edition: int
    tables: dict[str, pd.DataFrame]


def prepared(person: Person, upload: Upload) -> Ready:
    """Work out what confirming writes, and write the files: what takes long, before the database is locked."""
    if upload.state != PREVIEWED:
        raise HaiheError("E-WEB-21", value=upload.code, state=STATES[upload.state])
    target, thing = _allowed(person, upload)
    current = target.current(thing, upload.unit)
    tables = {
        each.spec.name: each.apply(current.get(each.spec.name, empty_table(each.spec)))
        for each in compared(upload)
        if each
    }
    target.prepare(tables)
    return Ready(upload.edition, tables)


def confirm(
    person: Person,
    upload: Upload,
    edition: int | None = None,
    channel: Channel = "web",
    ready: Ready | None = None,
) -> None:
    """Write what the preview showed, in one transaction.

    Raises
    ------
    HaiheError
        ``E-WEB-21`` where it does not wait for confirmation; ``E-INT-20`` where what it changes was changed since the
        preview, ``E-WEB-20`` where the upload was: nothing is written then.
    """
    ready = prepared(person, upload) if ready is None else ready
    if upload.state != PREVIEWED:
        raise HaiheError("E-WEB-21", value=upload.code, state=STATES[upload.state])
    if upload.edition != ready.edition:
        raise HaiheError("E-WEB-20", value=upload.code, edition=upload.edition, seen=ready.edition)
    target, thing = _allowed(person, upload)
    with transaction.atomic():
        _unmoved(target, thing, upload)
        upload.made = target.apply(person, thing, ready.tables, upload)
        upload.state = CONFIRMED
        store(person.actor(CONFIRM, channel), "confirm", upload, edition=edition)


def undo(person: Person, upload: Upload, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Take a confirmed upload back by a new change, or do again what was taken back.

    Raises
    ------
    HaiheError
        ``E-INT-22`` without a reason; ``E-INT-21`` where later changes stand on it; ``E-WEB-21`` where it was not confirmed.
    """
    if upload.state not in (CONFIRMED, UNDONE):
        raise HaiheError("E-WEB-21", value=upload.code, state=STATES[upload.state])
    reason = reason.strip()
    if not reason:
        raise HaiheError("E-INT-22", value=upload.code)
    target, thing = _allowed(person, upload)
    with transaction.atomic():
        standing = target.standing(thing, upload)
        if standing is not None:
            raise HaiheError("E-INT-21", value=upload.file_name, later=standing)
        upload.made = target.undo(person, thing, upload, reason)
        verb, upload.state = ("undo", UNDONE) if upload.state == CONFIRMED else ("redo", CONFIRMED)
        upload.reason = reason
        store(person.actor(CONFIRM, channel), verb, upload, edition=edition, reason=reason)
