"""Making and changing scenarios. Each step is one transaction with its entry in the record.

What a scenario sets is kept settled: declared names, each cell once, values as files hold them, nothing that the data version
says itself, in the order of the tables. It is checked as the library checks it before it is kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import ProtectedError

from haihe.messages import Finding, Findings, HaiheError
from haihe.planning.scenarios import Edit, declared, edit_of
from haihe.region.draft import table_names
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.data.models import Version
from haihe.workspace.scenarios.actions import EDIT
from haihe.workspace.scenarios.cells import Base, plain, typed
from haihe.workspace.scenarios.force import region_with
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.units.codes import checked
from haihe.workspace.units.models import Person, Unit

MOST = 2000
"""Cells that one scenario sets."""
RESERVED = frozenset({"compare", "take"})
"""Words that addresses use themselves."""
OWN = "scenarios"
"""The table that no scenario changes: the one that holds scenarios."""
LONGEST_REASON = 2000
Written = list[list[str]]
Place = tuple[str, str, str]
"""Table, record and column of a cell; column "" for the whole record."""
_ORDER = {name: at for at, name in enumerate(TABLES)}


def settled(version: Version, edits: Iterable[Edit | Sequence[object]]) -> Written:
    """Give what edits set on a version, settled as this room keeps it; of two for one cell the later one.

    Raises
    ------
    HaiheError
        ``E-SCN-01`` to ``E-SCN-06`` as the library names them, ``E-SCN-22`` for an empty value, ``E-SCN-23`` for a change of the
        table of scenarios, ``E-SCN-24`` for too many.
    """
    base = Base(version)
    cells: dict[Place, list[str]] = {}
    faults: list[Finding] = []
    for given in edits:
        edit = given if isinstance(given, Edit) else edit_of(given)
        said = _refused(edit) or declared(edit)
        if isinstance(said, Finding):
            faults.append(said)
            continue
        column = TABLES[said.table].column(said.column)
        value = plain(column, typed(column, said.value)[0])
        cells[said.table, said.key, said.column] = [said.table, said.key, said.column, value, said.reason.strip()]
    Findings(faults).raise_errors()
    kept = [cell for cell in cells.values() if not base.says(*cell[:4])]
    if len(kept) > MOST:
        raise HaiheError("E-SCN-24", count=len(kept), most=MOST)
    return sorted(kept, key=lambda cell: _ORDER[cell[0]])


def _refused(edit: Edit) -> Finding | None:
    """Say what this room does not let a scenario set."""
    where = OWN if edit.row is not None else edit.table
    code, column, values = "", "", dict[str, object]()
    if table_names().get(edit.table) == OWN:
        code, column, values = "E-SCN-23", "table", {"value": edit.table}
    elif edit.value is None or not str(edit.value).strip():
        code, column, values = "E-SCN-22", "value", {"value": edit.key}
    elif len(edit.reason) > LONGEST_REASON:
        code, column, values = "E-INT-10", "reason", {"count": len(edit.reason), "most": LONGEST_REASON}
    return Finding(code, table=where, row=edit.row, column=column, values=values) if code else None


def fitting(version: Version, edits: Iterable[Edit | Sequence[object]]) -> Written:
    """Give settled edits of which the checks find nothing wrong on a version; raises as `settled` and `region_with`."""
    kept = settled(version, edits)
    region_with(version, kept)
    return kept


def place(edit: Sequence[str]) -> Place:
    """Give the cell that an edit sets."""
    return edit[0], edit[1], edit[2]


def new(
    person: Person,
    unit: Unit,
    version: Version,
    code: str,
    name_zh: str,
    name_en: str = "",
    about: str = "",
    edits: Iterable[Edit | Sequence[object]] = (),
    channel: Channel = "web",
) -> Scenario:
    """Make a scenario of a unit on a data version.

    Raises
    ------
    HaiheError
        ``E-WEB-31`` for a code that is none, ``E-SCN-20`` for one that is taken; as `fitting` for its edits.
    """
    if checked(code).lower() in RESERVED or Scenario.objects.filter(code__iexact=code).exists():
        raise HaiheError("E-SCN-20", column="code", value=code)
    made = Scenario(
        code=code,
        unit=unit,
        dataset=version.dataset,
        version=version,
        name_zh=name_zh,
        name_en=name_en,
        about=about,
        edits=fitting(version, edits),
        created_by=person.username,
    )
    store(person.actor(EDIT, channel), "create", made)
    return made


def free_code(wanted: str) -> str:
    """Give a code that nothing has yet: the one wanted, or with a number behind it."""
    taken = {code.lower() for code in Scenario.objects.filter(code__istartswith=wanted).values_list("code", flat=True)}
    tries = (wanted if number < 2 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
    return next(code for code in tries if code.lower() not in taken)


def _stored(
    person: Person,
    scenario: Scenario,
    edits: Written,
    edition: int | None,
    channel: Channel,
    verb: str = "edit",
    reason: str = "",
) -> None:
    scenario.edits = edits
    store(person.actor(EDIT, channel), verb, scenario, edition=edition, reason=reason)


def state(
    person: Person,
    scenario: Scenario,
    edits: Iterable[Edit | Sequence[object]],
    edition: int | None = None,
    channel: Channel = "web",
    reason: str = "",
) -> None:
    """Let a scenario set exactly this; raises as `fitting`."""
    _stored(person, scenario, fitting(scenario.version, edits), edition, channel, reason=reason)


def put(
    person: Person,
    scenario: Scenario,
    edits: Iterable[Edit | Sequence[object]],
    back: Collection[Place] = (),
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Set cells beside those that are set, and take others back; raises as `fitting`."""
    left = _without(scenario.edits, back)
    state(person, scenario, [*left, *edits], edition, channel)


def _without(edits: Written, back: Collection[Place]) -> Written:
    gone = set(back)
    return [edit for edit in edits if place(edit) not in gone and (edit[0], edit[1], "") not in gone]


def take_back(
    person: Person, scenario: Scenario, back: Collection[Place], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Take cells back, or a whole record (column ""); ``E-SCN-21`` where one is not set."""
    there = {place(edit) for edit in scenario.edits} | {(edit[0], edit[1], "") for edit in scenario.edits}
    for each in back:
        if each not in there:
            raise HaiheError("E-SCN-21", value=" ".join(each).strip())
    put(person, scenario, (), back, edition, channel)


def explain(
    person: Person,
    scenario: Scenario,
    reasons: Mapping[Place, str],
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Say why cells are set, those named; what is set stays. ``E-INT-10`` for words that are too long."""
    for said in reasons.values():
        if len(said) > LONGEST_REASON:
            raise HaiheError("E-INT-10", column="reason", count=len(said), most=LONGEST_REASON)
    edits = [[*edit[:4], reasons.get(place(edit), edit[4]).strip()] for edit in scenario.edits]
    _stored(person, scenario, edits, edition, channel)


def describe(
    person: Person,
    scenario: Scenario,
    name_zh: str,
    name_en: str,
    about: str,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change what a scenario is called and what is said of it."""
    scenario.name_zh, scenario.name_en, scenario.about = name_zh, name_en, about
    store(person.actor(EDIT, channel), "edit", scenario, edition=edition)


def copy(
    person: Person,
    scenario: Scenario,
    unit: Unit,
    code: str,
    name_zh: str,
    name_en: str = "",
    channel: Channel = "web",
) -> Scenario:
    """Copy a scenario into a unit, as a draft; raises as `new`."""
    return new(person, unit, scenario.version, code, name_zh, name_en, scenario.about, scenario.edits, channel)


def share(person: Person, scenario: Scenario, edition: int | None = None, channel: Channel = "web") -> None:
    """Show a scenario to all who see the dataset."""
    _shown(person, scenario, True, edition, channel)


def withdraw(person: Person, scenario: Scenario, edition: int | None = None, channel: Channel = "web") -> None:
    """Show a scenario to its unit alone again."""
    _shown(person, scenario, False, edition, channel)


def _shown(person: Person, scenario: Scenario, shared: bool, edition: int | None, channel: Channel) -> None:
    if scenario.shared is not shared:
        scenario.shared = shared
        store(person.actor(EDIT, channel), "share" if shared else "unshare", scenario, edition=edition)


def delete(person: Person, scenario: Scenario, channel: Channel = "web", reason: str = "") -> None:
    """Delete a scenario; ``E-SCN-25`` where something rests on it, such as a study."""
    try:
        with transaction.atomic():
            record(
                person.actor(EDIT, channel, scenario.unit), "delete", scenario.kind(), scenario.code,
                before=scenario.snapshot(), reason=reason,
            )  # fmt: skip
            scenario.delete()
    except ProtectedError as error:
        raise HaiheError("E-SCN-25", value=scenario.name) from error
