"""What an empty workspace needs before anybody can sign in: one unit and one administrator."""

from django.db import transaction

from haihe.workspace.audit.chain import Actor
from haihe.workspace.units import staff, tree
from haihe.workspace.units.accounts import Account
from haihe.workspace.units.models import Person, Post
from haihe.workspace.units.roles import ROLES

US = Actor("haihe", channel="cli")
UNIT, ADMIN = "CITY", "admin"


def first_admin() -> Account | None:
    """Make the first unit and its administrator where nobody is there; gives the account, told this once."""
    with transaction.atomic():
        if Person.objects.exists():
            return None
        unit = tree.make(US, UNIT, "本市", "city", name_en="The city")
        person, password = staff.hire(US, ADMIN, "系统管理员", unit, "admin", name_en="Administrator", below=True)
    return Account.of(ADMIN, password, person.name, ROLES["admin"].name, unit.name)


def has_admin() -> bool:
    """Whether an administrator can sign in who has chosen the own password."""
    own = Post.objects.filter(role="admin", active=True, person__is_active=True, person__must_change=False)
    return bool(own.exists())
