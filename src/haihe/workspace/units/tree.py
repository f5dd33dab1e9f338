"""Changes of the tree of units, each on the record: made, edited, moved."""

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Actor, store
from haihe.workspace.units import codes
from haihe.workspace.units.models import KINDS, Unit

MOST_PATH = 500
CHAINED = ("chain",)
"""Kinds of unit that answer for a chain, and must name it."""
ON_TOP = ("region",)
"""Kinds of unit that stand beside the others, under none."""


def make(
    actor: Actor,
    code: str,
    name_zh: str,
    kind_of: str,
    *,
    name_en: str = "",
    parent: Unit | None = None,
    region: str = "",
    chain: str = "",
) -> Unit:
    """Make a unit.

    Raises
    ------
    HaiheError
        ``E-WEB-31`` for a code that is none, ``E-WEB-32`` for one that is taken, ``E-WEB-33`` where the tree would be
        too deep, ``E-WEB-35`` for a kind that is unknown or stands in the wrong place, ``E-WEB-36`` for a chain unit
        without a chain.
    """
    with transaction.atomic():
        _whole_tree()
        unit = Unit(code=codes.checked(code), name_zh=name_zh, name_en=name_en, kind_of=kind_of)
        unit.parent = Unit.objects.get(pk=parent.pk) if parent else None  # its path may have changed since it was read
        unit.region, unit.chain = region, chain
        if Unit.objects.filter(code__iexact=code).exists():
            raise HaiheError("E-WEB-32", column="code", value=code)
        _in_order(unit)
        store(actor, "create", unit)
    return unit


def edit(
    actor: Actor,
    unit: Unit,
    *,
    name_zh: str,
    name_en: str,
    kind_of: str,
    region: str,
    chain: str,
    edition: int | None = None,
) -> None:
    """Change what a unit is called and what it answers for; its code stays."""
    unit.name_zh, unit.name_en, unit.kind_of, unit.region, unit.chain = name_zh, name_en, kind_of, region, chain
    _in_order(unit)
    store(actor, "edit", unit, edition=edition)


def move(actor: Actor, unit: Unit, parent: Unit | None, *, reason: str = "", edition: int | None = None) -> None:
    """Put a unit with all below it under another, or on top; the paths of all below follow in the same transaction.

    Raises
    ------
    HaiheError
        ``E-WEB-34`` where the unit would stand below itself; ``E-WEB-20``, ``E-WEB-33`` and ``E-WEB-35`` as elsewhere.
    """
    with transaction.atomic():
        _whole_tree()
        old = Unit.objects.get(pk=unit.pk).path
        unit.parent = Unit.objects.get(pk=parent.pk) if parent else None
        if unit.parent is not None and unit.parent.path.startswith(old):
            raise HaiheError("E-WEB-34", column="parent", value=unit.code, parent=unit.parent.code)
        _in_order(unit)
        store(actor, "move", unit, edition=edition, reason=reason)
        new = _path(unit)
        longest = max(len(path) for path in Unit.objects.filter(path__startswith=old).values_list("path", flat=True))
        if longest - len(old) + len(new) > MOST_PATH:
            raise HaiheError("E-WEB-33", column="parent", value=unit.code)
        Unit.objects.filter(path__startswith=old).update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    unit.path = new


def _whole_tree() -> None:
    """Hold the whole tree, so that two changes at once cannot make a circle or a path that leads nowhere."""
    list(Unit.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def _path(unit: Unit) -> str:
    return f"{unit.parent.path if unit.parent else ''}{unit.code}/"


def _in_order(unit: Unit) -> None:
    if unit.kind_of not in KINDS or (unit.kind_of in ON_TOP and unit.parent is not None):
        raise HaiheError("E-WEB-35", column="kind_of", value=KINDS.get(unit.kind_of, unit.kind_of))
    if unit.kind_of in CHAINED and not unit.chain:
        raise HaiheError("E-WEB-36", column="chain")
    if len(_path(unit)) > MOST_PATH:
        raise HaiheError("E-WEB-33", column="parent", value=unit.code)
