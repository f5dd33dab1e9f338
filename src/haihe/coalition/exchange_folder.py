"""The shared folder of an exchange: where each message lies.

``to/<member>`` holds what the coordinator writes for a member, ``from/<member>`` what the member writes. A file is named
by round, kind and attempt, such as ``0003-answer-1.json``; it appears whole or not at all and is never changed
afterwards. Folders may be shared so that each member sees its own two only.
"""

from dataclasses import dataclass
from pathlib import Path

from haihe.coalition.exchange_messages import (
    COORDINATOR,
    SIGNATURE,
    VERSION,
    Kind,
    Message,
    read_message,
    sign,
    write_message,
)
from haihe.files import file_name
from haihe.messages import HaiheError


@dataclass(frozen=True)
class Line:
    """The line between the coordinator and one member, seen from one end.

    Parameters
    ----------
    folder : Path
        The shared folder.
    member : str
    key : bytes
        Key that both ends have.
    me : str
        Who sits at this end: the member's code, or ``coordinator``.
    """

    folder: Path
    member: str
    key: bytes
    me: str

    @property
    def other(self) -> str:
        """Who sits at the other end."""
        return self.member if self.me == COORDINATOR else COORDINATOR

    def path(self, sender: str, kind: Kind, round_: int, attempt: int = 1) -> Path:
        """Where a message lies."""
        way = "to" if sender == COORDINATOR else "from"
        return self.folder / way / file_name(self.member) / f"{round_:04d}-{kind}-{attempt}.json"

    def read(self, kind: Kind, round_: int, attempt: int = 1, run: str | None = None) -> Message | None:
        """Read what the other end sent; None where nothing came yet.

        Raises
        ------
        HaiheError
            As `haihe.coalition.exchange_messages.read_message`; ``E-COA-74`` also where the message says another kind,
            round or attempt than its place does.
        """
        path = self.path(self.other, kind, round_, attempt)
        if not path.exists():
            return None
        head = {"kind": kind, "round": round_, "attempt": attempt, "run": run}
        return read_message(path, self.key, sender=self.other, receiver=self.me, **head)

    def write(
        self, head: "Head", kind: Kind, round_: int, body: Message, attempt: int = 1, reply_to: str = ""
    ) -> Message:
        """Sign and send a message; the same message sent again changes nothing.

        Raises
        ------
        HaiheError
            ``E-COA-83`` where another message lies in its place.
        """
        bare: Message = {
            "version": VERSION,
            "run": head.run,
            "kind": kind,
            "round": round_,
            "attempt": attempt,
            "sender": self.me,
            "receiver": self.other,
            "data": head.data,
            "reply_to": reply_to,
            **body,
        }
        message = sign(bare, self.key)
        path = self.path(self.me, kind, round_, attempt)
        if not path.exists():
            write_message(path, message)
        elif read_message(path, self.key, sender=self.me, receiver=self.other)[SIGNATURE] != message[SIGNATURE]:
            raise HaiheError("E-COA-83", file=str(path))
        return message


@dataclass(frozen=True)
class Head:
    """What all messages of one end have in common: the run, and the version of its data."""

    run: str
    data: str
