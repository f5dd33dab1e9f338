"""Many people at work in one office at once: what each does next, the client that does it, and what was measured.

Everybody is signed in, thinks for 3 to 8 seconds, does one thing of the mix that their role allows, and goes on. A form is
opened, filled and sent as a browser would: its token and edition are read from the page. The client is a thread and a
connection a person; what it measures is the time from asking to the last byte.
"""

import http.client
import math
import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, urlencode, urlsplit

from workspace_cases import PASSWORD

THINK = (3.0, 8.0)
TIMEOUT = 60
POLLS, DOORS = 3, 5
COLLEAGUES = 10
"""At most so many people of one name and role work at once."""
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|edition)"[^>]*?value="([^"]*)"')
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
REFUSED, ELSEWHERE = 400, (301, 302, 303)
MS = 1000.0


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class Browser(Protocol):
    """What sends a request, keeps cookies, and gives the answer."""

    def ask(self, method: str, path: str, sent: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer: ...


class Http:
    """A browser over one connection, which is opened anew where the server closed it meanwhile."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.line = http.client.HTTPConnection(self.host, timeout=TIMEOUT)
        self.cookies: dict[str, str] = {"haihe-language": "zh"}

    def ask(self, method: str, path: str, sent: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
        """Send a request; give the answer."""
        body = None if sent is None else urlencode(sent)
        said = dict(headers) | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.line.request(method, path, body, said)
            answer = self.line.getresponse()
        except (
            http.client.RemoteDisconnected,
            BrokenPipeError,
            ConnectionResetError,
        ):  # idle for longer than it is kept
            self.line.close()
            self.line.request(method, path, body, said)
            answer = self.line.getresponse()
        given = answer.read()
        for each in answer.headers.get_all("Set-Cookie", []):
            name, _, value = each.split(";", 1)[0].partition("=")
            self.cookies[name.strip()] = value
        return Answer(answer.status, dict(answer.headers), given)


class Taken(NamedTuple):
    """One request: what was asked for, milliseconds, bytes, what was wrong with it."""

    what: str
    ms: float
    size: int
    wrong: str


@dataclass
class Visitor:
    """Somebody at work.

    Parameters
    ----------
    name, role : str
        Name of sign-in and role.
    browser : Browser
        What sends the requests.
    office : mapping
        Codes of what stands in the office, as `many_cases.load_office` gives them.
    rng : Random
        What chance is drawn from.
    """

    name: str
    role: str
    browser: Browser
    office: Mapping[str, Any]
    rng: random.Random
    taken: list[Taken] = field(default_factory=list)
    page: Answer | None = None
    wait: Callable[[float], Any] = time.sleep
    left: dict[str, list[str]] = field(default_factory=dict)

    def get(self, what: str, path: str, **headers: str) -> Answer:
        """Ask for a page or file."""
        return self._ask(what, "GET", path, None, headers)

    def send(self, what: str, path: str, said: Mapping[str, str]) -> Answer:
        """Send the form of the page that was read last, and follow where it leads; the form is the one for the address."""
        assert self.page is not None
        whole = self.page.text
        form = next((each for each in FORM.findall(whole) if f'action="{path}"' in each), whole)
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(form) if value}
        answer = self._ask(what, "POST", path, {**hidden, **said}, {})
        if answer.status in ELSEWHERE:
            return self._ask(f"{what}: page after", "GET", answer.headers["Location"], None, {})
        return answer

    def _ask(
        self, what: str, method: str, path: str, sent: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> Answer:
        path = urlsplit(path)._replace(scheme="", netloc="").geturl()
        began = time.monotonic()
        try:
            answer = self.browser.ask(method, quote(path, safe="/?&=%-_.~:"), sent, headers)
            wrong = f"{answer.status} {path}" if answer.status >= REFUSED else ""
            if method == "POST" and answer.status not in ELSEWHERE and not wrong:
                wrong = f"not taken: {path}"
        except (OSError, http.client.HTTPException) as error:
            answer, wrong = Answer(0, {}, b""), f"{type(error).__name__} {path}"
        self.taken.append(Taken(what, MS * (time.monotonic() - began), len(answer.body), wrong))
        self.page = answer
        return answer

    def sign_in(self) -> None:
        """Sign in by the form."""
        self.get("sign-in form", "/sign-in")
        self.send("sign in", "/sign-in", {"username": self.name, "password": PASSWORD})

    def one(self, kind: str) -> str:
        """Choose a thing of a kind; give its code."""
        return str(self.rng.choice(self.office["codes"][kind]))

    def untouched(self, kind: str) -> str:
        """Choose a thing of a kind that nobody else touches, and this person once; give its code."""
        if kind not in self.left:
            number = int(self.name.rsplit("-", 1)[1])
            self.left[kind] = self.office["codes"][kind][number::COLLEAGUES]
        return self.left[kind].pop() if self.left[kind] else ""

    def act(self) -> None:
        """Do one thing."""
        mine = [act for act in MIX if self.role in act.roles]
        self.rng.choices(mine, [act.weight for act in mine])[0].do(self)


EVERYBODY = frozenset(
    {"planner", "chief", "auditor", "finance", "editor", "approver", "viewer", "applicant", "reviewer"}
)
SEES_ALL = frozenset({"planner", "chief", "auditor", "viewer"})
OFFICES = SEES_ALL | {"editor", "approver"}
DISTRICT_OF = {"bh": "TJ-BH", "hp": "TJ-HP"}


class Act(NamedTuple):
    """Something that people do: its name, how often against the others, who, and how."""

    name: str
    weight: float
    roles: frozenset[str]
    do: Callable[[Visitor], Any]


LISTS = {
    "list of applications": (
        "/rounds/applications",
        ("", "?q={n}", "?state=awarded&district=TJ-BH", "?sort=-support", "?sort=unit__name_zh", "?page={n}"),
    ),
    "list of problems": (
        "/problems/",
        ("", "?q={n}", "?state=work&sort=-due", "?overdue=yes", "?sort=name_zh&page={n}"),
    ),
    "list of duties": ("/duties/", ("", "?q={n}", "?sort=-name_zh", "?sort=due&page={n}", "?state=open")),
    "list of projects": (
        "/projects/",
        ("", "?q={n}&stage=signed", "?sort=-investment", "?page={n}", "?stuck=180&late=late"),
    ),
}
"""Lists of many rows: address, and the ways in which they are asked for, with a number drawn up to 99."""
FILES = ("/rounds/applications?as=csv", "/problems/?as=csv", "/duties/?as=csv", "/projects/?as=csv")
THINGS = {
    "applications": "/rounds/applications/{code}",
    "problems": "/problems/p/{code}",
    "duties": "/duties/{code}",
    "projects": "/projects/{code}",
    "awards": "/rounds/awards/{code}",
}


def listed(name: str) -> Callable[[Visitor], Any]:
    """Look at a list, in one of its ways."""
    path, ways = LISTS[name]
    return lambda who: who.get(name, path + who.rng.choice(ways).format(n=who.rng.randint(1, 99)))


def thing(who: Visitor) -> None:
    """Look at one thing."""
    kind = who.rng.choice(list(THINGS))
    who.get(f"one of the {kind}", THINGS[kind].format(code=who.one(kind)))


def results(who: Visitor) -> None:
    """Look at the lines of the ranking, or at the board."""
    run = f"/rounds/runs/{who.office['run']}"
    way = who.rng.choice(("", "?page={n}", "?decision=funded&sort=-score")).format(n=who.rng.randint(1, 99))
    who.get("lines of the ranking", run + way)


def own(who: Visitor) -> None:
    """Look, as a firm, at the round, its list, or the own applications."""
    one = who.office["round"]
    pages = {
        "the round": f"/rounds/{one}",
        "published list": f"/rounds/{one}/list",
        "list of applications": "/rounds/applications",
    }
    what = who.rng.choice(list(pages))
    who.get(what, pages[what])


def found(who: Visitor) -> None:
    """Search the office."""
    who.get(
        "search of the office", f"/search?q={who.rng.choice(('问题', '项目', '企业', '事项'))}{who.rng.randint(1, 99)}"
    )


def api(who: Visitor) -> None:
    """Read a list by the API, as a program with a token."""
    kind = who.rng.choice(("applications", "problems", "duties", "projects"))
    who.get("API list", f"/api/v1/{kind}", Authorization=f"Bearer {who.office['token']}")


def report(who: Visitor) -> None:
    """Enter a report on a duty of one's unit, and hand it in."""
    district = DISTRICT_OF[who.name.split("-")[1]]
    code = who.untouched(f"open duties of {district}")
    if not code:
        return
    path = f"/duties/reports/on/duty/{code}"
    form = who.get("form of a report", path).text
    periods = re.findall(r'<option value="(\d{4}(?:-\w+)?)"', form)
    here = f"/duties/reports/d-{code}-"
    made = who.send(
        "report on a duty",
        path,
        {
            "period": who.rng.choice(periods or [""]),
            "share": str(who.rng.randint(0, 99)),
            "words": "按计划推进（示例）",
        },
    )
    submit = re.search(rf'action="({re.escape(here)}[^"]*/submit)"', made.text)
    if submit:
        who.send("hand a report in", submit[1], {})


def problem(who: Visitor) -> None:
    """Raise a problem."""
    form = who.get("form of a problem", "/problems/new").text
    unit = re.search(r'<select name="unit".*?<option value="([^"]+)"', form, re.DOTALL)
    said = {"unit": unit[1] if unit else "", "name_zh": f"要素缺口{who.rng.randint(1, 10**6)}", "evidence": "示例依据"}
    who.send("raise a problem", "/problems/new", said)


def job(who: Visitor) -> None:
    """Have the years ahead of the board computed in the background, and look how far it is as the page does."""
    years = f"/projects/boards/{who.office['board']}/years"
    who.get("years ahead", years)
    page = who.send("start a job", f"{years}/compute", {})
    progress = re.search(r'hx-get="([^"]+/progress)"', page.text)
    for _ in range(POLLS if progress else 0):
        who.wait(1.0)
        who.get("progress of a job", progress[1], **{"HX-Request": "true"})  # type: ignore[index]


MIX = (
    Act("start page", 12, EVERYBODY, lambda who: who.get("start page", "/")),
    Act("list of applications", 14, OFFICES, listed("list of applications")),
    Act("list of problems", 11, OFFICES, listed("list of problems")),
    Act("list of duties", 11, OFFICES, listed("list of duties")),
    Act("list of projects", 7, OFFICES, listed("list of projects")),
    Act("one thing of a list", 18, SEES_ALL, thing),
    Act("lines of the ranking", 3, SEES_ALL, results),
    Act(
        "board of projects",
        2,
        SEES_ALL,
        lambda who: who.get("board of projects", f"/projects/boards/{who.office['board']}"),
    ),
    Act("round, published list", 20, frozenset({"applicant"}), own),
    Act("search of the office", 4, OFFICES, found),
    Act(
        "history of a problem",
        3,
        SEES_ALL,
        lambda who: who.get("history of a problem", f"/history/problems.problem/{who.one('problems')}"),
    ),
    Act("CSV of 10,000 rows", 1, SEES_ALL, lambda who: who.get("CSV of 10,000 rows", who.rng.choice(FILES))),
    Act("API list", 4, frozenset({"planner"}), api),
    Act("report on a duty", 8, frozenset({"editor"}), report),
    Act("raise a problem", 3, frozenset({"editor", "planner"}), problem),
    Act("job and its progress", 0.5, frozenset({"planner"}), job),
    Act("list of jobs", 3, OFFICES, lambda who: who.get("list of jobs", "/jobs/")),
)
"""What people do, and how often. Reviewers and finance look at their start page alone."""


def at_work(who: Visitor, until: float, think: Sequence[float] = THINK) -> None:
    """Let somebody work until a time; the first thing comes after a part of a pause, so that not all begin at once."""
    pause = who.rng.uniform(0, think[1])
    while time.monotonic() + pause < until:
        who.wait(pause)
        who.act()
        pause = who.rng.uniform(*think)


def load(
    url: str,
    office: Mapping[str, Any],
    seconds: float,
    think: Sequence[float] = THINK,
    ready: Callable[[], Any] = lambda: None,
) -> list[Taken]:
    """Let everybody of an office work for some seconds, once all are signed in; give every request of that time.

    ``ready`` is called when all are signed in.
    """
    people = [Visitor(name, role, Http(url), office, random.Random(name)) for name, role in office["roles"].items()]
    for start in range(0, len(people), DOORS):  # each sign-in takes half a second of the server's processor by design
        in_threads(people[start : start + DOORS], lambda who: who.sign_in())
    assert not any(each.wrong for who in people for each in who.taken), "sign-in failed"
    for who in people:
        who.taken.clear()
    ready()
    until = time.monotonic() + seconds
    in_threads(people, lambda who: at_work(who, until, think))
    return [each for who in people for each in who.taken]


def in_threads(people: Sequence[Visitor], do: Callable[[Visitor], Any]) -> None:
    """Let all do something at once; wait for all."""
    threads = [threading.Thread(target=do, args=(who,), daemon=True) for who in people]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def quantile(values: Sequence[float], part: float) -> float:
    """Give the value that a part of the values does not exceed: the smallest such (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(round(part * len(ordered), 9)) - 1)]


def by_page(taken: Sequence[Taken]) -> Iterator[tuple[str, list[Taken]]]:
    """Give the requests by what was asked for, the most frequent first."""
    kinds: dict[str, list[Taken]] = defaultdict(list)
    for each in taken:
        kinds[each.what].append(each)
    yield from sorted(kinds.items(), key=lambda item: -len(item[1]))


def told(what: str, taken: Sequence[Taken]) -> dict[str, Any]:
    """Give a row of the table."""
    ms = [each.ms for each in taken]
    return {
        "what": what,
        "requests": len(taken),
        **{f"p{round(100 * part)}, ms": round(quantile(ms, part)) for part in (0.5, 0.95, 0.99)},
        "max, ms": round(max(ms)),
        "mean kB": f"{sum(each.size for each in taken) / len(taken) / 1000:,.0f}",
        "errors": sum(1 for each in taken if each.wrong),
    }
