"""What an empty workspace needs before anybody can sign in: one unit and one administrator."""

from django.db import transaction

from haihe.workspace.audit.chain import Actor
from haihe.workspace.units import staff, tree
from haihe.workspace.units.models import Person, Post

US = Actor("haihe", channel="cli")
UNIT, ADMIN = "CITY", "admin"


def first_admin() -> tuple[str, str] | None:
    """Make the first unit and its administrator where nobody is there; gives user name and password, told this once."""
    with transaction.atomic():
        if Person.objects.exists():
            return None
        unit = tree.make(US, UNIT, "本市", "city", name_en="The city")
        _, password = staff.hire(US, ADMIN, "系统管理员", unit, "admin", name_en="Administrator", below=True)
    return ADMIN, password


def has_admin() -> bool:
    """Whether an administrator can sign in who has chosen the own password."""
    own = Post.objects.filter(role="admin", active=True, person__is_active=True, person__must_change=False)
    return bool(own.exists())
