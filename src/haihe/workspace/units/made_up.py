"""People of a demonstration: made up, with posts, and with random passwords that are told once."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password

from haihe.workspace.audit.chain import Actor, store_all
from haihe.workspace.units.accounts import Account
from haihe.workspace.units.models import Person, Post, Unit
from haihe.workspace.units.roles import ROLES

ROUNDS = 1000
"""Of the password's hash. A password of 96 random bits needs no slow hash, and the first sign-in makes it the usual one."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Somebody made up: name of sign-in, names, role and unit, whether below too, whether anybody can sign in with it."""

    username: str
    name_zh: str
    name_en: str
    role: str
    unit: str
    below: bool = False
    signs_in: bool = True


def hire_all(
    actor: Actor, wanted: Sequence[MadeUp], units: Mapping[str, Unit]
) -> tuple[dict[str, Person], list[Account]]:
    """Make people with a post each; gives them by name of sign-in, and the accounts of those who can sign in."""
    passwords = {each.username: secrets.token_urlsafe(12) for each in wanted if each.signs_in}
    made = [
        Person(
            username=each.username,
            name_zh=each.name_zh,
            name_en=each.name_en,
            password=_hashed(passwords.get(each.username)),
        )
        for each in wanted
    ]
    store_all("create", [(actor, person) for person in made])
    posts = [
        Post(
            code=f"{each.username}-{each.role}-{each.unit}",
            person=person,
            unit=units[each.unit],
            role=each.role,
            below=each.below,
        )
        for each, person in zip(wanted, made, strict=True)
    ]
    store_all("create", [(actor, post) for post in posts])
    people = {person.username: person for person in made}
    accounts = [
        Account.of(
            each.username,
            passwords[each.username],
            people[each.username].name,
            ROLES[each.role].name,
            units[each.unit].name,
        )
        for each in wanted
        if each.signs_in
    ]
    return people, accounts


def _hashed(password: str | None) -> str:
    """Hash a random password quickly; without one give a hash that no password has."""
    if password is None:
        return make_password(None)
    hasher = get_hasher()
    more = {"iterations": ROUNDS} if isinstance(hasher, PBKDF2PasswordHasher) else {}
    return str(hasher.encode(password, hasher.salt(), **more))
