"""Boundaries come in, go out of use, and are read for maps."""

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.reporting.maps import shapes_of
from haihe.workspace.audit.chain import Actor, Channel, record, store
from haihe.workspace.dashboards.actions import MAP
from haihe.workspace.dashboards.models import Boundaries
from haihe.workspace.intake.arriving import shown_name
from haihe.workspace.intake.uploads import keep_file, place_of
from haihe.workspace.units.models import Person, Unit

SUFFIX = ".geojson"
Features = tuple[dict[str, Any], ...]


def bring(person: Person, unit: Unit, file_name: str, data: bytes, channel: Channel = "web", **said: Any) -> Boundaries:
    """Take boundaries in for an office: `put`, for a person.

    Raises
    ------
    PermissionDenied
        Where the person does not keep the office's map.
    """
    if not person.may(MAP, unit):
        raise PermissionDenied
    return put(person.actor(MAP, channel, unit), unit, file_name, data, **said)


def put(
    actor: Actor,
    unit: Unit,
    file_name: str,
    data: bytes,
    *,
    source: str,
    crs: str,
    review_number: str = "",
    code_property: str = "adcode",
    illustrative: bool = False,
) -> Boundaries:
    """Take boundaries in for an office; a refused file is on the record.

    Raises
    ------
    HaiheError
        ``E-MAP-01``, ``E-MAP-02`` as `haihe.reporting.maps.shapes_of`.
    """
    name = shown_name(file_name)
    try:
        shapes = shapes_of(data, name, source=source, review_number=review_number, crs=crs, code_property=code_property)
    except HaiheError as error:
        after = {"file": name, "size": len(data), "refused": error.code}
        record(actor, "refuse", Boundaries.kind(), "", after=after)
        raise
    made = Boundaries(
        code=f"map{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}",
        unit=unit,
        created_by=actor.name,
        source=shapes.source,
        review_number=shapes.review_number,
        crs=crs,
        code_property=code_property,
        file_name=name,
        sha256=keep_file(data, SUFFIX),
        size=len(data),
        count=len(shapes.geojson["features"]),
        illustrative=illustrative,
    )
    store(actor, "create", made)
    return made


def withdraw(person: Person, thing: Boundaries, reason: str, edition: int | None = None) -> None:
    """Take boundaries out of use, with a reason; ``E-DSH-02`` without one, ``E-DSH-03`` where they are."""
    if thing.withdrawn:
        raise HaiheError("E-DSH-03", value=thing.code)
    if not reason.strip():
        raise HaiheError("E-DSH-02", value=thing.code)
    with transaction.atomic():
        thing.withdrawn = True
        store(person.actor(MAP), "withdraw", thing, edition=edition, reason=reason.strip())


def boundaries_for(person: Person) -> Boundaries | None:
    """Give the boundaries with which a person's maps are drawn: the newest of the nearest office at or above a post."""
    paths = [post.unit.path for post in person.held()]
    codes = {code for path in paths for code in path.rstrip("/").split("/")}
    found = list(Boundaries.objects.filter(unit__code__in=codes, withdrawn=False).select_related("unit"))
    return max(found, key=lambda each: (each.unit.path.count("/"), each.created, each.pk), default=None)


def features_of(thing: Boundaries) -> Features:
    """Give the shapes with nothing but their code as property ``code``."""
    return _features(str(place_of(thing.sha256, SUFFIX)), thing.code_property)


@lru_cache(maxsize=2)
def _features(path: str, code_property: str) -> Features:
    shapes = shapes_of(Path(path).read_bytes(), "", source="-", crs="WGS84", code_property=code_property)  # shapes only
    return tuple(
        {
            "type": "Feature",
            "properties": {"code": str(each["properties"].get(code_property))},
            "geometry": {key: each["geometry"][key] for key in ("type", "coordinates")},
        }
        for each in shapes.geojson["features"]
    )
