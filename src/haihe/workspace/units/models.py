"""Units, people, posts, and the base of everything that belongs to a unit."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from haihe.messages import Text
from haihe.workspace.audit.chain import Actor, Channel
from haihe.workspace.audit.models import Recorded
from haihe.workspace.units.roles import ALLOWED

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
    """Something with a Chinese and an English name."""

    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)

    class Meta:
        """No table of its own."""

        abstract = True

    @property
    def name(self) -> Text:
        """The name in both languages; the Chinese stands for an absent English one."""
        return Text(self.name_zh, self.name_en or self.name_zh)


class Unit(Recorded, Named):
    """An organisation unit. Trees without a common top: neighbouring regions are equals.

    ``path`` is the chain of codes from the top, ``TJ/TJ-BH/``; below a unit is what begins with its path. ``region`` and
    ``chain`` are the codes, in the region's tables, of what the unit answers for.
    """

    kind_of = models.CharField(max_length=16)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=500, unique=True, editable=False)
    region = models.CharField(max_length=64, blank=True)
    chain = models.CharField(max_length=64, blank=True)
    pinyin = models.CharField(max_length=400, blank=True, editable=False)

    class Meta:
        """In the order of the tree."""

        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.code

    def save(self, *args: Any, **more: Any) -> None:
        """Keep the path in step with code and parent."""
        self.path = f"{self.parent.path if self.parent else ''}{self.code}/"
        super().save(*args, **more)


class People(BaseUserManager["Person"]):
    """Making people."""

    def create_user(self, username: str, password: str | None = None, **more: Any) -> "Person":
        """Make a person who can sign in."""
        person = self.model(username=username, **more)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, Named):
    """Somebody who signs in. What they may do follows from their posts alone; there is no superuser."""

    username = models.CharField(max_length=150, unique=True)
    is_active = models.BooleanField(default=True)
    must_change = models.BooleanField(default=False)
    joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = []
    objects = People()

    class Meta:
        """By name of sign-in."""

        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.username

    @property
    def code(self) -> str:
        """What entries call the person."""
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

    def units(self, action: str) -> "models.QuerySet[Unit]":
        """Give the units where the person may do this."""
        where = self.reach(action)
        return Unit.objects.none() if where is None else Unit.objects.filter(where)

    def may(self, action: str, unit: Unit | None = None) -> bool:
        """Whether the person may do this in a unit, or anywhere where no unit is given."""
        posts = [post for post in self.held() if action in ALLOWED[post.role]]
        return bool(posts) if unit is None else any(post.covers(unit) for post in posts)

    def actor(self, action: str = "", channel: Channel = "web") -> Actor:
        """Give how entries name the person: with the unit of the post that allows the action."""
        posts = [post for post in self.held() if not action or action in ALLOWED[post.role]]
        return Actor(self.username, posts[0].unit.code if posts else "", channel)


class Post(Recorded):
    """A person holds a role in a unit: there alone, or there and below."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=16)
    below = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        """A role is held once in a unit."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "unit", "role"], name="one_post_a_role")]

    def __str__(self) -> str:
        return f"{self.person} {self.role} {self.unit}"

    def covers(self, unit: Unit) -> bool:
        """Whether a unit lies in the post's scope."""
        return unit.path.startswith(self.unit.path) if self.below else unit.path == self.unit.path


class Seen(models.QuerySet[Any]):
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
            parties |= Q(**{f"{field}__in": units})
        return model.narrowed(self.filter(parties), person, units).distinct()


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

    def deciders(self, action: str) -> "Iterable[Unit]":
        """Give the units in one of which a person must hold an action to do it on this object; by default its own."""
        del action
        return (self.unit,)

    @classmethod
    def narrowed(cls, query: Seen, person: Person, units: "models.QuerySet[Unit]") -> Seen:
        """Hide what is not ready for the person's eyes; by default nothing."""
        del person, units
        return query
