"""What whoever starts a workspace is told of the people made then."""

from typing import NamedTuple

from haihe.messages import LANGUAGES, Text


class Account(NamedTuple):
    """Somebody who can sign in: name of sign-in, first password, and who that is in both languages."""

    username: str
    password: str
    who_zh: str
    who_en: str

    @property
    def who(self) -> Text:
        """Name, role and unit in words."""
        return Text(self.who_zh, self.who_en)

    @classmethod
    def of(cls, username: str, password: str, *who: Text) -> "Account":
        """Give an account: name of the person, role and unit are joined, each word once."""
        zh, en = (dict.fromkeys(each(lang) for each in who) for lang in LANGUAGES)
        return cls(username, password, "，".join(zh), ", ".join(en))
