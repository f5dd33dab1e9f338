"""A small city for tests of the workspace: units, and one person for every role where it is usually held."""

from dataclasses import dataclass

from haihe.workspace.units.models import Person, Post, Unit

PASSWORD = "a-long-test-password"

UNITS = (
    ("TJ", "天津市", "Tianjin", "city", None, "TJ"),
    ("BJ", "北京市", "Beijing", "region", None, "BJ"),
    ("IIB", "市工业和信息化局", "Industry Bureau", "department", "TJ", ""),
    ("FIN", "市财政局", "Finance Bureau", "department", "TJ", ""),
    ("TJ-BH", "滨海新区", "Binhai", "district", "TJ", "TJ-BH"),
    ("TJ-HP", "和平区", "Heping", "district", "TJ", "TJ-HP"),
    ("FIRM-1", "示例企业", "Example firm", "firm", "TJ-BH", "TJ-BH"),
)
"""Code, names, kind, parent, region."""

PEOPLE = (
    ("planner", "planner", "TJ", True),
    ("auditor", "auditor", "TJ", True),
    ("admin", "admin", "TJ", True),
    ("reviewer", "reviewer", "IIB", False),
    ("finance", "finance", "FIN", False),
    ("chief", "chief", "TJ", True),
    ("bh-editor", "editor", "TJ-BH", True),
    ("bh-approver", "approver", "TJ-BH", True),
    ("hp-editor", "editor", "TJ-HP", True),
    ("hp-approver", "approver", "TJ-HP", True),
    ("bj-planner", "planner", "BJ", True),
    ("bj-viewer", "viewer", "BJ", True),
    ("applicant", "applicant", "FIRM-1", False),
)
"""User name, role, unit, below."""


@dataclass(frozen=True)
class City:
    """The units by code and the people by user name."""

    units: dict[str, Unit]
    people: dict[str, Person]


def small_city() -> City:
    """Make the city in the test's database."""
    units: dict[str, Unit] = {}
    for code, zh, en, kind, parent, region in UNITS:
        above = units[parent] if parent else None
        units[code] = Unit.objects.create(code=code, name_zh=zh, name_en=en, kind_of=kind, parent=above, region=region)
    people = {}
    for username, role, unit, below in PEOPLE:
        person = Person.objects.create_user(username, PASSWORD, name_zh=username, name_en=username)
        Post.objects.create(code=f"{username}-{role}-{unit}", person=person, unit=units[unit], role=role, below=below)
        people[username] = person
    return City(units, people)
