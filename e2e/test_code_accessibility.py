"""The pages of code over time are held against axe's rules in both themes, as `test_accessibility` holds the others."""

import pytest
from playwright.sync_api import expect

from .browsing import new_tab
from .test_accessibility import complaints, shown
from .test_versions import carts, carts_server  # noqa: F401  # the same server, started once for each module
from .versions import SHOW_NEW

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page_of", ["file", "compared", "function", "change", "findings", "tree"])
def test_a_page_of_code(browser, carts_server, carts, page_of):  # noqa: F811
    address, test_id = {
        "file": (f"/code/carts@{carts.new}/app/cart.py?line={SHOW_NEW}&window=1h", "slow-trace"),
        "compared": (f"/code/carts@{carts.new}/app/cart.py?against={carts.old}&window=1h", "change"),
        "function": ("/origin/app/cart.py:app.cart.show?window=1h", "preview-marked-line"),
        "change": (f"/diff/carts/{carts.old}...{carts.new}?window=1h", "cost-after"),
        "findings": ("/findings?kind=errors&window=1h", "finding"),
        "tree": ("/code/carts?window=1h", "hottest-files"),
    }[page_of]
    with new_tab(browser, carts_server[0].address) as tab:
        page = shown(tab.open(address), test_id)
        if page_of == "findings":
            page.get_by_test_id("finding").first.get_by_role("button").click()
            expect(page.get_by_test_id("preview-marked-line").first).to_be_visible()

        found = complaints(page)
        assert not found, "\n".join(found)
