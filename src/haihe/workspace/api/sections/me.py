"""The caller: who they are, what they hold, their tokens."""

from datetime import datetime

from ninja import Query
from pydantic import BaseModel

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Code, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import Name, named
from haihe.workspace.units import tokens
from haihe.workspace.units.models import Post
from haihe.workspace.units.tokens import Token

SECTION = Section("me", Text("我", "Me"))


class PostOut(BaseModel):
    """A post: a role in a unit, there alone or there and below."""

    code: str
    person: str
    unit: str
    unit_name: Name
    role: str
    below: bool
    active: bool


class MeOut(BaseModel):
    """The caller."""

    username: str
    name: Name
    posts: list[PostOut]
    scopes: list[str]
    token: str | None


class TokenOut(BaseModel):
    """A token, without its secret, which nothing can give again."""

    code: str
    name: str
    scopes: list[str]
    created: datetime
    expires: datetime
    used: datetime | None
    ended: datetime | None
    live: bool


class TokenEnd(BaseModel):
    """Which token to end."""

    code: Code


def post_out(post: Post) -> PostOut:
    """Give what is said of a post."""
    return PostOut(
        code=post.code,
        person=post.person.code,
        unit=post.unit.code,
        unit_name=named(post.unit.name),
        role=post.role,
        below=post.below,
        active=post.active,
    )


def token_out(token: Token) -> TokenOut:
    """Give what is said of a token."""
    return TokenOut(
        code=token.code,
        name=token.name,
        scopes=token.scopes,
        created=token.created,
        expires=token.expires,
        used=token.used,
        ended=token.ended,
        live=token.live(),
    )


@SECTION.get("/me", "", Text("我是谁、任何职、令牌可做什么", "who I am, my posts, what the token may do"), MeOut)
def me(request: Call) -> MeOut:
    """Give the caller."""
    person = request.user
    return MeOut(
        username=person.code,
        name=named(person.name),
        posts=[post_out(post) for post in person.held()],
        scopes=[scope for scope in tokens.SCOPES if scope in request.auth.scopes],
        token=request.auth.token or None,
    )


@SECTION.get("/tokens", "", Text("列出我的令牌", "list my tokens"), Paged[TokenOut])
def my_tokens(request: Call, asked: Query[Asked]) -> Paged[TokenOut]:
    """List the caller's own tokens, the newest first. New ones are made on the page “my tokens” alone."""
    return paged(request.user.tokens.select_related("person"), asked, "-id", token_out)


@SECTION.post("/tokens/end", "", Text("停用我的一个令牌", "end one of my tokens"), TokenOut)
def end_token(request: Call, sent: TokenEnd) -> TokenOut:
    """End a token at once."""
    return token_out(tokens.end(request.user, sent.code, "api"))
