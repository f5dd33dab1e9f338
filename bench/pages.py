"""Bench: what a page of each kind weighs and how soon it stands, in Chromium with an empty cache, on loopback.

Run it through ``run.py``, which puts the helpers of the tests on the path. Any request that leaves the host fails it.
"""

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from haihe.workspace.start import setup

setup(Path(tempfile.gettempdir()) / "haihe-pages")  # the helpers know the models; nothing is written there

from browsing import chromium, server_of  # noqa: E402

PAGES = (
    ("sign-in", "/sign-in", ""),
    ("start page", "/", "planner"),
    ("list", "/duties/", "planner"),
    ("form", "/duties/new", "planner"),
    ("history", "/audit", "auditor"),
    ("dashboard with charts", "/dashboards/", "planner"),
    ("one figure, a map", "/dashboards/figures/months-map", "planner"),
)
"""Kind of page, address, and who opens it."""
TIMES = 3
COLUMNS = {
    "requests": "requests",
    "over the wire, kB": "wire",
    "unpacked, kB": "plain",
    "answered, ms": "answered",
    "first paint, ms": "paint",
    "loaded, ms": "loaded",
}
TIMING = """() => { const at = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {answered: at.responseStart, loaded: at.loadEventEnd, paint: paint ? paint.startTime : null}; }"""


def first_load(browser: Any, server: Any, url: str, who: str) -> dict[str, float]:
    """Open a page with an empty cache: requests, kB over the wire and unpacked, ms to the first paint and to the end."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    if who:
        context.add_cookies(server.cookies_of(who, browser))
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    taken: dict[str, float] = {"requests": 0, "wire": 0, "plain": 0}

    def asked(event: Any) -> None:
        where = event["request"]["url"]
        assert where.startswith((server.url, "data:", "blob:")), f"{url} asked {where}"
        taken["requests"] += where.startswith(server.url)

    def came(event: Any) -> None:
        taken["wire"] += event["encodedDataLength"] / 1024

    def unpacked(event: Any) -> None:
        taken["plain"] += event["dataLength"] / 1024

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", came)
    wire.on("Network.dataReceived", unpacked)
    answer = page.goto(f"{server.url}{url}", wait_until="networkidle")
    assert answer.status == 200, f"{url}: {answer.status}"
    taken |= page.evaluate(TIMING)
    context.close()
    return taken


def bench() -> list[dict[str, Any]]:
    """Measure every kind of page; the middle of three loads."""
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        server_of(Path(folder) / "office", "dashboard_browser_cases:seed") as server,
        chromium() as browser,
    ):
        for kind, url, who in PAGES:
            first_load(browser, server, url, who)  # the server's own caches
            taken = [first_load(browser, server, url, who) for _ in range(TIMES)]
            middle = {name: statistics.median(each[name] for each in taken) for name in taken[0]}
            rows.append({"page": kind} | {name: round(middle[key]) for name, key in COLUMNS.items()})
    return rows


def main() -> None:
    """Measure and print the table."""
    note = (
        f"Each page is opened in Chromium with an empty cache against `haihe serve` on loopback; the middle of {TIMES} loads, "
        "after one that fills the server's own caches. *Over the wire* is what came with its headers, *unpacked* what the "
        "browser then held; styles, scripts and, on pages with charts, the drawing library are most of it and are kept by "
        "the browser under names with hashes, so that only the page itself comes again. No request left the host: the bench "
        "fails on one. The office is a small made-up one. Other work may have run on the machine meanwhile."
    )
    said = {"title": "Weight and first load of a page of each kind", "note": note, "rows": bench()}
    sys.stdout.write(f"\n{json.dumps(said, ensure_ascii=False)}\n")


if __name__ == "__main__":
    main()
