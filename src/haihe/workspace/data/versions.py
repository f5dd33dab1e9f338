"""Making, approving and reading versions of datasets.

A version of the keeping unit is in force at once. A version that another unit sends in is a draft, is submitted, is approved
in that unit by somebody else, and is in force when the keeping unit approves it. Each unit works on its own line of drafts
over the version in force: no unit sees or carries another's drafts. The keeper makes the line's newest version the one in
force; where another came first, the same changes are carried over to what is in force now (`carry_over`), or named where
both changed the same row.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.region.draft import Draft, empty_table
from haihe.region.meta import Meta
from haihe.region.region import Region
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.data import store as tables_store
from haihe.workspace.data.models import Dataset, Line, Version
from haihe.workspace.intake.changes import Changes, changes
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person, Unit

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def create(
    person: Person,
    unit: Unit,
    code: str,
    name_zh: str,
    name_en: str = "",
    region: Region | None = None,
    share: Iterable[Unit] = (),
    channel: Channel = "web",
) -> Dataset:
    """Make a dataset, with a whole region as its first version where one is given.

    Raises
    ------
    HaiheError
        ``E-DAT-05`` for a code that is no code or is taken.
    """
    if _CODE.fullmatch(code) is None or Dataset.objects.filter(code=code).exists():
        raise HaiheError("E-DAT-05", value=code)
    kept = tables_store.put(region.tables) if region is not None else {}
    with transaction.atomic():
        dataset = Dataset(code=code, unit=unit, name_zh=name_zh, name_en=name_en, created_by=person.username)
        try:
            with transaction.atomic():
                store(person.actor("data.keep", channel), "create", dataset)
        except IntegrityError as error:  # somebody took the code at the same moment
            raise HaiheError("E-DAT-05", value=code) from error
        shared_with(person, dataset, share, channel)
        if region is not None:
            _add(person, dataset, unit, Version(tables=kept, meta=region.meta.model_dump()), None, "", channel)
    return dataset


def shared_with(person: Person, dataset: Dataset, units: Iterable[Unit], channel: Channel = "web") -> None:
    """Share a dataset with exactly these units, and record it."""
    wanted = {unit.code: unit for unit in units}
    before, after = sorted(unit.code for unit in dataset.shared.all()), sorted(wanted)
    if before == after:
        return
    with transaction.atomic():
        dataset.shared.set(wanted.values())
        said = {"shared": before}, {"shared": after}
        record(person.actor("data.keep", channel, dataset.unit), "share", dataset.kind(), dataset.code, *said)


def head(dataset: Dataset, unit: Unit) -> Version | None:
    """Give the version on which a unit goes on: its newest draft over the version in force, else the one in force."""
    found = Line.of(dataset.pk).newest(unit.pk, dataset.current_id)
    version: Version | None = dataset.current
    return version if found is None else Version.objects.select_related("unit", "parent").get(pk=found)


def make(
    person: Person,
    dataset: Dataset,
    unit: Unit,
    tables: Mapping[str, pd.DataFrame],
    note: str = "",
    *,
    parent: Version | None,
    meta: Meta | None = None,
    upload: str = "",
    reason: str = "",
    channel: Channel = "web",
) -> Version:
    """Make a version: the parent with some tables replaced (an empty table goes).

    Raises
    ------
    HaiheError
        ``E-DAT-01`` where the unit's newest version is not ``parent`` any more; nothing is written then.
    """
    kept = dict(parent.tables) if parent is not None else {}
    new = tables_store.put(tables)
    kept = {
        name: new.get(name) or kept[name] for name in TABLES if name in new or (name in kept and name not in tables)
    }
    said = meta.model_dump() if meta is not None else (parent.meta if parent is not None else {})
    version = Version(tables=kept, meta=said, note=note, upload=upload, changed=_counted(parent, tables))
    return _put(person, dataset, unit, version, parent, reason, channel)


def make_like(
    person: Person,
    dataset: Dataset,
    unit: Unit,
    like: Version | None,
    note: str = "",
    *,
    parent: Version,
    upload: str = "",
    reason: str = "",
    channel: Channel = "web",
) -> Version:
    """Make a version that says what another said (nothing, where there is none); raises as `make`. No table is read."""
    version = Version(
        tables=dict(like.tables) if like is not None else {},
        meta=dict(like.meta) if like is not None else parent.meta,
        note=note,
        upload=upload,
    )
    return _put(person, dataset, unit, version, parent, reason, channel)


def _counted(parent: Version | None, tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, int]] | None:
    """Give how many rows of the tables are new, changed and gone; nothing where there was nothing before."""
    if parent is None:
        return None
    found = {}
    for name in TABLES:
        if name in tables:
            said = changes(table_of(parent, name), tables[name], TABLES[name], replace=True).counts
            found[name] = {what: said[what] for what in ("new", "changed", "gone")}
    return {name: said for name, said in found.items() if any(said.values())}


def _put(
    person: Person,
    dataset: Dataset,
    unit: Unit,
    version: Version,
    parent: Version | None,
    reason: str,
    channel: Channel,
) -> Version:
    """Put a version on top of its parent; ``E-DAT-01`` where the unit's newest is another by now."""
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update(of=("self",)).select_related("current", "unit").get(pk=dataset.pk)
        now = head(dataset, unit)
        if (now.pk if now else None) != (parent.pk if parent else None):
            raise HaiheError("E-DAT-01", value=dataset.code, now=now.number if now else 0)
        return _add(person, dataset, unit, version, parent, reason, channel)


def _add(
    person: Person,
    dataset: Dataset,
    unit: Unit,
    version: Version,
    parent: Version | None,
    reason: str,
    channel: Channel,
) -> Version:
    """Give a version its number and store it; called in a transaction. The keeper's is in force at once."""
    dataset.number += 1
    version.code, version.number = f"{dataset.code}-{dataset.number}", dataset.number
    version.dataset, version.unit, version.parent = dataset, unit, parent
    version.created_by = person.username
    version.sha256 = content_hash(version.tables, version.meta)
    if unit.pk == dataset.unit_id:
        version.state, version.approved_by, version.approved_at = APPROVED, person.username, timezone.now()
    actor = person.actor("", channel)
    store(actor, "create", version, reason=reason)
    if version.state == APPROVED:
        dataset.current = version
    store(actor, "version", dataset, reason=reason)
    return version


def content_hash(kept: Mapping[str, Mapping[str, Any]], meta: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a version's content: meta and the hash of every table."""
    said = {"meta": dict(meta), "tables": {name: table["sha256"] for name, table in kept.items()}}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def submit(person: Person, version: Version, edition: int | None = None, channel: Channel = "web") -> None:
    """Hand a version in for approval; ``E-DAT-04`` where another version came into force since."""
    with transaction.atomic():
        _in_line(version)
        version.vouched_by, version.vouched_at = "", None
        version.submit(person, edition, channel)


def approve(person: Person, version: Version, edition: int | None = None, channel: Channel = "web") -> None:
    """Approve what somebody else submitted: in the unit that made it, or, as its keeper, so that it is in force from now on.

    Raises
    ------
    HaiheError
        ``E-DAT-04`` where another version came into force first, ``E-WEB-22`` for one's own, ``E-DAT-06`` where the unit that
        made it has not approved it yet, or has already.
    """
    with transaction.atomic():
        dataset = _in_line(version)
        if not version.decided_by(person):
            version.may_approve(person)
            if not version.to_be_vouched:
                raise HaiheError("E-DAT-06", value=version.code, waits=dataset.unit.name)
            version.vouched_by, version.vouched_at = person.username, timezone.now()
            store(person.actor("data.approve", channel), "vouch", version, edition=edition)
            return
        if version.to_be_vouched:
            raise HaiheError("E-DAT-06", value=version.code, waits=version.unit.name)
        version.approve(person, edition, channel)
        dataset.current = version
        store(person.actor("data.approve", channel), "version", dataset)


def send_back(
    person: Person, version: Version, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Send a submitted version back with a reason."""
    version.send_back(person, reason, edition, channel)


def reopen(person: Person, version: Version, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Un-approve the version in force: what was in force before it is again. The keeper alone does so.

    ``E-DAT-04`` for any other version.
    """
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=version.dataset_id)
        if not version.decided_by(person):
            raise PermissionDenied
        if dataset.current_id != version.pk:
            raise HaiheError("E-DAT-04", value=version.code)
        version.reopen(person, reason, edition, channel)
        dataset.current = version.base
        store(person.actor("data.approve", channel), "version", dataset, reason=reason)


def _in_line(version: Version) -> Dataset:
    """Give the dataset, locked; ``E-DAT-04`` where the version does not stand on what is in force."""
    dataset: Dataset = (
        Dataset.objects.select_for_update(of=("self",)).select_related("current", "unit").get(pk=version.dataset_id)
    )
    if version.base != dataset.current:
        raise HaiheError("E-DAT-04", value=version.code)
    return dataset


def carry_over(person: Person, version: Version, channel: Channel = "web") -> Version:
    """Make a version with the same changes on what is in force now.

    Raises
    ------
    HaiheError
        ``E-DAT-02`` where both changed the same row differently, with the first such place.
    """
    dataset = Dataset.objects.select_related("current", "unit").get(pk=version.dataset_id)
    base, now = version.base, head(dataset, version.unit)
    tables = {}
    for name in TABLES:
        if (base.tables if base else {}).get(name) == version.tables.get(name):
            continue
        spec, old, mine = TABLES[name], table_of(base, name), table_of(version, name)
        changed = changes(old, mine, spec, replace=True)
        theirs = changes(old, table_of(now, name), spec, replace=True)
        both = _clash(changed, theirs)
        if both:
            raise HaiheError("E-DAT-02", table=name, value=" | ".join(both))
        tables[name] = changed.apply(table_of(now, name))
    note = version.note
    return make(person, dataset, version.unit, tables, note, parent=now, upload=version.upload, channel=channel)


def _clash(mine: Changes, theirs: Changes) -> tuple[str, ...]:
    """Give the key of a row that both touched with different outcomes; nothing where there is none."""
    left, right = mine.outcomes(), theirs.outcomes()
    for key in left.keys() & right.keys():
        if left[key] != right[key]:
            return key
    return ()


def table_of(version: Version | None, name: str) -> pd.DataFrame:
    """Give one table of a version, typed; without records where it has none."""
    if version is None or name not in version.tables:
        return empty_table(TABLES[name])
    return tables_store.get(version.tables[name]["sha256"], name)


def tables_of(version: Version | None, names: Iterable[str] | None = None) -> dict[str, pd.DataFrame]:
    """Give the tables of a version that hold records, in declared order; some only where ``names`` says which."""
    wanted = set(TABLES if names is None else names)
    there = version.tables if version is not None else {}
    return tables_store.all_of({name: there[name] for name in TABLES if name in there and name in wanted})


def meta_of(version: Version) -> Meta:
    """Give what the version says about the region as a whole."""
    return Meta(**version.meta)


def region_of(version: Version) -> Region:
    """Give a version as a region, on which every function of the library works."""
    return _region(json.dumps(version.tables), json.dumps(version.meta))


@lru_cache(maxsize=8)
def _region(tables: str, meta: str) -> Region:
    kept = json.loads(tables)
    return Region.of(
        Draft(tables_store.all_of({name: kept[name] for name in TABLES if name in kept}), {}, Meta(**json.loads(meta)))
    )
