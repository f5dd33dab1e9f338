"""What a tutorial has people do in the browser, read from its tables, and hands that do just that.

A table with the columns *do*, *on the page*, *with* is one person's visit; the heading above names it. The words of the
second column are those that stand on the page: a menu entry, a link, a button, the name of a field.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

VERBS = {
    "sign in": "sign in", "登录": "sign in",
    "menu": "menu", "菜单": "menu",
    "open": "open", "打开": "open",
    "fill": "fill", "填写": "fill",
    "choose": "choose", "选择": "choose",
    "tick": "tick", "勾选": "tick",
    "attach": "attach", "选文件": "attach",
    "press": "press", "按": "press",
    "wait for": "wait for", "等待": "wait for",
    "see": "see", "看到": "see",
}  # fmt: skip
"""What a row may tell somebody to do, as each language says it."""
WITH = {"fill", "choose", "attach"}
"""What needs something in the third column; the others have nothing there."""
HEADS = (("do", "on the page", "with"), ("做什么", "页面上的字", "内容"))
DAY = re.compile(r"(?:today|今天)(?: ?\+ ?(?P<more>\d+))?")
SECONDS = 180


@dataclass(frozen=True)
class Click:
    """One row: what to do, the words on the page, and what to put in."""

    do: str
    words: str
    given: str


@dataclass(frozen=True)
class Turn:
    """What one person does in one go, under its heading."""

    title: str
    clicks: tuple[Click, ...]


def cells(line: str) -> list[str]:
    """Give the cells of a line of a table, without the marks of code."""
    return [cell.strip().strip("`") for cell in line.strip().strip("|").split(" | ")]


def turns(page: str) -> list[Turn]:
    """Give the tables of clicks of a page, in order; a row that cannot be read is refused."""
    found: list[Turn] = []
    title, rows, inside = "", [], False
    for line in [*re.sub(r"^```.*?^```$", "", page, flags=re.S | re.M).splitlines(), ""]:
        if line.startswith("#"):
            title = line.lstrip("# ")
        if not line.startswith("|"):
            if rows:
                found.append(Turn(title, tuple(rows)))
            rows, inside = [], False
        elif tuple(cells(line)) in HEADS:
            inside = True
        elif inside and set(line) - set("|- "):
            rows.append(click(line))
    return found


def click(line: str) -> Click:
    """Read one row."""
    verb, words, given = (*(cell.strip(" |") for cell in cells(line)), "")[:3]
    do = VERBS.get(verb)
    if do is None or not words or bool(given) != (do in WITH):
        raise ValueError(f"cannot read this row: {line}")
    return Click(do, words, given)


def typed(given: str) -> str:
    """Give what is typed: days are counted from today, and ⏎ is the Enter key."""
    day = DAY.fullmatch(given)
    if day:
        return (date.today() + timedelta(days=int(day["more"] or 0))).isoformat()
    return re.sub(r" ?⏎ ?", "\n", given.replace("\\|", "|"))


class Hands:
    """Somebody at one browser, who does what rows say; one person after the other, each signing out first."""

    def __init__(self, page: Any, address: str, passwords: dict[str, str], desk: Path) -> None:
        self.page, self.address, self.passwords, self.desk = page, address.rstrip("/"), passwords, desk
        page.set_default_timeout(SECONDS * 1000)

    def do(self, click: Click) -> None:
        """Do one row; raises where the page does not have what the row says."""
        {
            "sign in": self.sign_in, "menu": self.menu, "open": self.open, "fill": self.fill, "choose": self.choose,
            "tick": self.tick, "attach": self.attach, "press": self.press, "wait for": self.wait_for, "see": self.see,
        }[click.do](click.words, typed(click.given))  # fmt: skip

    def take(self, turn: Turn) -> Iterator[str]:
        """Do what one person does in one go; gives what went wrong, at which row, and stops there."""
        for at, each in enumerate(turn.clicks, start=1):
            try:
                self.do(each)
            except Exception as error:
                shown = self.page.locator("main").inner_text() if self.page.locator("main").count() else ""
                yield f"{turn.title}, row {at}, {each}: {error}\n{shown}"
                return

    def leave(self, way: Any) -> None:
        """Click what leads to another page, and wait until that page's scripts have run."""
        with self.page.expect_navigation():
            way.click()
        self.ready()

    def ready(self) -> None:
        """Wait until the page's scripts have run."""
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def only(self, found: Any, words: str) -> Any:
        """Give the first of what was found; nothing is waited for that is not there."""
        if not found.count():
            raise LookupError(f"the page does not have {words!r}")
        return found.first

    def named(self, kind: str, words: str, place: str = "main") -> Any:
        """Give the link or button that is called just so."""
        return self.only(self.page.locator(place).get_by_role(kind, name=words, exact=True), words)

    def field(self, words: str) -> Any:
        """Give the field whose name, without the mark of what is required, is just so."""
        for label in self.page.locator("main form.fields label").all():
            own = label.evaluate(
                "l => [...l.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent).join(' ').trim()"
            )
            if " ".join(own.split()) == words:
                target = label.get_attribute("for")
                return self.page.locator(f"[id='{target}']") if target else label.locator("input, textarea, select")
        raise LookupError(f"the page does not have a field {words!r}")

    def sign_in(self, who: str, _: str) -> None:
        out = self.page.locator("header form[action$='/sign-out'] button")
        if out.count():
            self.leave(out)
        self.page.goto(f"{self.address}/")
        self.ready()
        self.page.locator("main [name=username]").fill(who)
        self.page.locator("main [name=password]").fill(self.passwords[who])
        self.leave(self.page.locator("main form.fields button"))
        if self.page.locator("main [name=password]").count():
            raise LookupError(f"{who} cannot sign in")

    def menu(self, words: str, _: str) -> None:
        self.leave(self.named("link", words, "nav.menu"))

    def open(self, words: str, _: str) -> None:
        self.leave(self.named("link", words))

    def press(self, words: str, _: str) -> None:
        self.leave(self.named("button", words))
        if self.page.locator("main .failure").count():
            raise LookupError(self.page.locator("main .failure").first.inner_text())

    def fill(self, words: str, given: str) -> None:
        self.field(words).fill(given)

    def choose(self, words: str, given: str) -> None:
        self.field(words).select_option(label=given)

    def tick(self, words: str, _: str) -> None:
        self.field(words).check()

    def attach(self, words: str, given: str) -> None:
        self.field(words).set_input_files(self.desk / given)

    def wait_for(self, words: str, _: str) -> None:
        self.page.locator("main").get_by_text(words).first.wait_for()
        self.ready()

    def see(self, words: str, _: str) -> None:
        shown = " ".join(self.page.locator("main").inner_text().split())
        if " ".join(words.split()) not in shown:
            raise LookupError(f"the page does not say {words!r}")
