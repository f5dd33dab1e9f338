"""The reference of the API and the tokens in a real browser: axe, policy and console have nothing to say."""

from typing import Any

import pytest
from browsing import LANGUAGES, Server, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@LANGUAGES
def test_reference_and_tokens(lang: str, served: Server, browser: Any) -> None:
    with Visit(browser, served, "planner", lang) as visit:
        page = visit.go("/api/v1/docs")
        visit.look("api/reference")
        assert page.locator("h1").count() == 1
        assert page.locator("table.list tbody tr").count() > 30
        page = visit.go("/me/tokens")
        visit.look("api/tokens-none")
        page.locator("input[name=name]").fill("<b>nightly</b>")
        page.locator("form.fields button:not([type=button])").last.click()
        text = page.locator("dd code").inner_text()
        assert text.startswith("haihe_")
        visit.look("api/token-made")
        page = visit.go("/me/tokens")
        visit.look("api/tokens")
        assert text not in page.content()
        assert page.locator("table.list tbody tr").first.inner_text().startswith("<b>nightly</b>")
