"""Units, people, posts, and the base of everything that belongs to a unit."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from haihe.messages import Text
from haihe.workspace.audit.chain import Actor, Channel
from haihe.workspace.audit.models import InTurn, Recorded, Spoken
from haihe.workspace.units.actions import PEOPLE_READ, UNITS_READ
from haihe.workspace.units.pinyin import spelled
from haihe.workspace.units.roles import ALLOWED, ROLES

KINDS = {
    "city": Text("城市", "city"),
    "department": Text("部门", "department"),
    "district": Text("区", "district"),
    "park": Text("园区", "park"),
    "region": Text("地区", "region"),
    "chain": Text("产业链专班", "chain task force"),
    "task_force": Text("工作专班", "task force"),
    "firm": Text("企业", "firm"),
}


class Named(models.Model):
    """Something with a Chinese and an English name, found by its pinyin too."""

    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    pinyin = models.CharField(max_length=400, blank=True, editable=False)

    class Meta:
        """No table of its own."""

        abstract = True

    @property
    def name(self) -> Text:
        """The name in both languages; the Chinese stands for an absent English one."""
        return Text(self.name_zh, self.name_en or self.name_zh)

    def save(self, *args: Any, **more: Any) -> None:
        """Keep the pinyin in step with the name."""
        self.pinyin = spelled(self.name_zh)
        super().save(*args, **more)


class Units(InTurn["Unit"]):
    """Queries of units."""

    def visible_to(self, person: "Person", action: str = UNITS_READ) -> "Units":
        """Keep the units where a person may read, or do something else."""
        where = person.reach(action)
        return self.none() if where is None else self.filter(where)

    def addressable(self, person: "Person", action: str) -> "Units":
        """Keep the units to which a person may turn in doing something: those where they may do it, and equals at the top."""
        return self.visible_to(person, action) | self.filter(parent__isnull=True)

    def called(self, code: str) -> "Unit | None":
        """Give the unit of a code."""
        return self.filter(code=code).select_related("parent").first()

    def below(self, unit: "Unit") -> "Units":
        """Keep the units below a unit, without itself."""
        return self.filter(path__startswith=unit.path).exclude(path=unit.path)


class Unit(Named, Recorded):
    """An organisation unit. Trees without a common top: neighbouring regions are equals.

    ``path`` is the chain of codes from the top, ``TJ/TJ-BH/``; below a unit is what begins with its path. It is set when
    the unit is made and by `units.tree.move` alone. ``region`` and ``chain`` are the codes, in the region's tables, of
    what the unit answers for. No two codes differ by the size of their letters alone, as SQLite compares beginnings
    without looking at it.
    """

    kind_of = models.CharField(max_length=16)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=500, unique=True, editable=False)
    region = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=64, blank=True)

    objects: ClassVar[Any] = Units.as_manager()
    read_by: ClassVar[str] = UNITS_READ
    spoken: ClassVar[Spoken] = {"kind_of": KINDS}
    unrecorded = Recorded.unrecorded | {"path", "pinyin"}

    class Meta:
        """In the order of the tree."""

        ordering: ClassVar = ["path"]
        constraints: ClassVar = [models.UniqueConstraint(Lower("code"), name="one_unit_a_code")]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **more: Any) -> None:
        """Set the path of a new unit; leave that of a stored one, which another may have moved meanwhile."""
        if self._state.adding:
            self.path = f"{self.parent.path if self.parent else ''}{self.code}/"
        else:
            kept = {"id", "path"}
            more.setdefault("update_fields", {each.name for each in self._meta.concrete_fields} - kept)
        super().save(*args, **more)

    def allows(self, person: "Person", action: str) -> bool:
        """Whether a person may do an action on this unit."""
        return person.may(action, self)

    @property
    def kind_name(self) -> Text:
        """What kind of unit it is, in words."""
        return KINDS[self.kind_of]

    @property
    def depth(self) -> int:
        """How many units are above."""
        return self.path.count("/") - 1

    def above(self) -> "models.QuerySet[Unit]":
        """Give the units above, from the top."""
        codes = self.path.rstrip("/").split("/")[:-1]
        return Unit.objects.filter(code__in=codes).order_by("path")


class People(InTurn["Person"]):
    """Queries of people."""

    def visible_to(self, person: "Person", action: str = PEOPLE_READ) -> "People":
        """Keep the people who hold, or held, a post where a person may read posts."""
        units = person.units(action)
        return self.filter(pk__in=Post.objects.filter(unit__in=units).values("person"))

    def called(self, code: str) -> "Person | None":
        """Give the person of a name of sign-in."""
        return self.filter(username=code).first()


class Accounts(BaseUserManager["Person"].from_queryset(People)):  # type: ignore[misc]  # made at run time
    """Making people."""

    def create_user(self, username: str, password: str | None = None, **more: Any) -> "Person":
        """Make a person who can sign in; `units.staff` does so on the record."""
        person: Person = self.model(username=username.lower(), **more)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(Named, Recorded, AbstractBaseUser):
    """Somebody who signs in. What they may do follows from their posts alone; there is no superuser."""

    username = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(default=True)
    must_change = models.BooleanField(default=False)
    joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = []
    objects: ClassVar[Any] = Accounts()
    read_by: ClassVar[str] = PEOPLE_READ
    unrecorded = Recorded.unrecorded | {"pinyin"}

    class Meta:
        """By name of sign-in."""

        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.username

    @property
    def code(self) -> str:  # type: ignore[override]  # stands in the place of the column
        """What entries and addresses call the person."""
        return self.username

    def held(self) -> "list[Post]":
        """Give the person's active posts, read once a request."""
        if not hasattr(self, "_held"):
            self._held = list(self.posts.filter(active=True).select_related("unit")) if self.is_active else []
        return self._held

    def reach(self, action: str) -> Q | None:
        """Give the condition on a unit's path under which the person may do this; ``None`` where nowhere."""
        where = Q(pk__in=[])
        somewhere = False
        for post in self.held():
            if action in ALLOWED[post.role]:
                somewhere = True
                where |= Q(path__startswith=post.unit.path) if post.below else Q(path=post.unit.path)
        return where if somewhere else None

    def units(self, action: str) -> Units:
        """Give the units where the person may do this."""
        units: Units = Unit.objects.visible_to(self, action)
        return units

    def turns(self, action: str) -> Units:
        """Give the units where it is this person's turn to do this: those in reach where nobody nearer may do it.

        A problem that a district works on waits for the district; for the planner of the city only where the district has
        nobody.
        """
        reached = self.units(action)
        roles = [role for role, allowed in ALLOWED.items() if action in allowed]
        others = Post.objects.filter(role__in=roles, active=True, person__is_active=True).exclude(person=self)
        nearer = others.filter(unit__in=reached).values_list("unit__path", "below").distinct()
        mine = [post for post in self.held() if action in ALLOWED[post.role]]
        theirs = Q(pk__in=[])
        for path, below in nearer:
            covered = Q(path__startswith=path) if below else Q(path=path)
            for post in mine:
                if post.unit.path.startswith(path):
                    covered &= ~(Q(path__startswith=post.unit.path) if post.below else Q(path=post.unit.path))
            theirs |= covered
        return reached.exclude(theirs)

    def may(self, action: str, unit: Unit | None = None, below: bool = False) -> bool:
        """Whether the person may do this in a unit (and in all below it), or anywhere where no unit is given."""
        posts = [post for post in self.held() if action in ALLOWED[post.role]]
        return bool(posts) if unit is None else any(post.covers(unit, below) for post in posts)

    def actor(self, action: str = "", channel: Channel = "web", unit: Unit | None = None) -> Actor:
        """Give how entries name the person: with the unit for which they act.

        Without one it is the unit of the object that is changed, and where that has none, of the post that allows the action.
        """
        if unit is not None:
            return Actor(self.username, unit.code, channel, settled=True)
        posts = [post for post in self.held() if not action or action in ALLOWED[post.role]]
        return Actor(self.username, posts[0].unit.code if posts else "", channel)

    def allows(self, person: "Person", action: str) -> bool:
        """Whether somebody may do an action on this person: who answers for every post that the person holds.

        Otherwise the administrator of one office could set the password of somebody who decides in another.
        """
        posts = list(self.posts.filter(active=True).select_related("unit"))
        posts = posts or list(self.posts.select_related("unit"))
        return bool(posts) and all(person.may(action, post.unit, post.below) for post in posts)


class Seen(InTurn[Any]):
    """Queries of what belongs to a unit."""

    def visible_to(self, person: Person, action: str = "") -> "Seen":
        """Keep what the person may see: the one filter that pages, API, exports, figures and jobs use.

        An object is seen where any of its ``parties`` (units it belongs to or is addressed to) lies within the reach of
        the action that reads its kind; `Owned.narrowed` may then hide what is not ready for other units.
        """
        model: type[Owned] = self.model
        units = person.units(action or model.read_by)
        parties = Q(pk__in=[])
        for field in model.parties:
            parties |= _within(model, field, units)
        return model.narrowed(self.filter(parties), person, units)

    def called(self, code: str) -> Any:
        """Give the object of a code."""
        return self.filter(code=code).select_related("unit").first()


def _within(model: type[models.Model], party: str, units: "models.QuerySet[Unit]") -> Q:
    """Give the condition that a party lies in units, without a join, which would give an object once for each of its parties."""
    first, _, rest = party.partition("__")
    field = model._meta.get_field(first)
    if not isinstance(field, models.ForeignKey):
        return Q(pk__in=model._base_manager.filter(**{f"{party}__in": units}).values("pk"))
    if not rest:
        return Q(**{f"{first}__in": units})
    related = field.related_model._base_manager.filter(_within(field.related_model, rest, units))
    return Q(**{f"{first}__in": related.values("pk")})


class Owned(Recorded):
    """Base of everything that belongs to a unit. Its default manager offers `Seen.visible_to`."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=150, blank=True)

    objects: ClassVar[Any] = Seen.as_manager()
    read_by: ClassVar[str] = ""
    """The action that reads this kind of object."""
    parties: ClassVar[Iterable[str]] = ("unit",)
    """Look-ups of the units to which an object belongs or is addressed."""

    class Meta:
        """No table of its own."""

        abstract = True

    def __str__(self) -> str:
        return self.code

    def hidden_from(self, person: Person) -> frozenset[str]:
        """Give the fields that a person who sees the object does not see, in its history as elsewhere; by default none."""
        del person
        return frozenset()

    def filed_under(self) -> str:
        """Its unit, for the auditors of that unit."""
        return self.unit.code

    def deciders(self, action: str) -> "Iterable[Unit]":
        """Give the units in one of which a person must hold an action to do it on this object; by default its own."""
        del action
        return (self.unit,)

    def allows(self, person: Person, action: str) -> bool:
        """Whether a person may do an action on this object, which they see: in one of the units that decide about it."""
        return any(person.may(action, unit) for unit in self.deciders(action))

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """Hide what is not ready for the person's eyes; by default nothing."""
        del person, units
        return query


class Post(Owned):
    """A person holds a role in a unit: there alone, or there and below. An ended post is kept."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=16)
    below = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    ended = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)

    read_by = PEOPLE_READ
    spoken: ClassVar[Spoken] = {"role": {code: role.name for code, role in ROLES.items()}}

    class Meta:
        """A role is held once in a unit at a time; those held now come first."""

        ordering: ClassVar = ["-active", "unit__path", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "unit", "role"], condition=Q(active=True), name="one_post_a_role")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.role} {self.unit}"

    @property
    def role_name(self) -> Text:
        """What the role is called."""
        return ROLES[self.role].name

    @property
    def role_about(self) -> Text:
        """What the role is for."""
        return ROLES[self.role].about

    @property
    def words(self) -> Text:
        """The post in words: role, unit, and whether it reaches below."""
        zh, en = ("（含下级）", " and below") if self.below else ("", "")
        role, unit = self.role_name, self.unit.name
        return Text(f"{unit.zh}{role.zh}{zh}", f"{role.en}, {unit.en}{en}")

    def allows(self, person: Person, action: str) -> bool:
        """Whether a person may do an action on the post: where it reaches below, they must answer for what is below."""
        return person.may(action, self.unit, self.below)

    def covers(self, unit: Unit, below: bool = False) -> bool:
        """Whether a unit, or a unit with all below it, lies in the post's scope."""
        return unit.path.startswith(self.unit.path) if self.below else unit.path == self.unit.path and not below

    @property
    def name(self) -> Text:
        """Who holds which post."""
        words = self.words
        return Text(f"{self.person.name.zh}：{words.zh}", f"{self.person.name.en}: {words.en}")
