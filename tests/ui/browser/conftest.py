"""A real browser on a real page: the system's Chromium through Playwright. Skipped, saying why, where there is none."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from served_page import PASSWORD, Served, build_shop, copy_ready_shop, served

SCREENSHOTS = "RETAIL_SCREENSHOTS"  # environment variable: "1" renews the pictures of the documentation
DOCS = Path(__file__).parents[3] / "docs"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1200, "height": 860}
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SLOW = 60_000  # milliseconds: of a page on a busy machine

OpenPage = Callable[..., Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are tests in a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def program() -> str:
    """The browser's program; without one the tests are skipped, saying so."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: `make setup` does")
    found = next((found for name in _CHROMIUMS if (found := shutil.which(name))), None)
    if found is None:
        with playwright.sync_playwright() as started:
            found = started.chromium.executable_path
    if not Path(found).exists():
        pytest.skip("there is no Chromium: install the system's, or run `playwright install chromium`")
    return found


@pytest.fixture(scope="module")
def switches() -> list[str]:
    """What else the browser is started with; a module may say it."""
    return []


@pytest.fixture(scope="module")
def chromium(program: str, switches: list[str]) -> Iterator[Any]:
    """The running browser; it ends with its module, as Playwright keeps an event loop that other tests would meet."""
    from playwright import sync_api

    with sync_api.sync_playwright() as started:
        sync_api.expect.set_options(timeout=_SLOW)
        browser = started.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", *switches]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shop_folder(program: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop with its models, built once; whoever changes its settings copies it."""
    folder = tmp_path_factory.mktemp("browser") / "shop"
    if not copy_ready_shop(folder):
        build_shop(folder)
    return folder


@pytest.fixture(scope="session")
def shop_page(shop_folder: Path) -> Iterator[Served]:
    """The shop's page on this machine; the manager desk needs no password."""
    with served(shop_folder) as running:
        yield running


@pytest.fixture
def locked_page(shop_folder: Path, tmp_path: Path) -> Iterator[Served]:
    """The same with a password before the manager desk, on records of its own."""
    folder = shutil.copytree(shop_folder, tmp_path / "locked")
    with served(folder, PASSWORD) as running:
        yield running


@pytest.fixture
def open_page(chromium: Any, shop_page: Served) -> Iterator[OpenPage]:
    """Opens a page in a new window: `open_page(path="/", size=PHONE, dark=True, url=..., like=page, script=...)`.

    With `like`, in a second tab of that page's window; `script` runs before the page's own. A script that should never
    run, or an error in the page's own scripts, fails the test at its end.
    """
    windows, pages, errors = [], [], []

    def open_one(
        path: str = "/", *, size: Any = None, dark: bool = False, url: str = "", like: Any = None, script: str = ""
    ) -> Any:
        if like is None:
            look = "dark" if dark else "light"
            window = chromium.new_context(viewport=size or DESKTOP, color_scheme=look, locale="en-GB")
            window.set_default_timeout(_SLOW)
            windows.append(window)
            if script:
                window.add_init_script(script)
        page = (like.context if like else window).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{url or shop_page.url}{path}")
        pages.append(page)
        return page

    yield open_one
    ran = [page.url for page in pages if not page.is_closed() and page.evaluate("() => 'broken' in window")]
    for window in windows:
        window.close()
    assert not ran, f"a script out of the shop's data ran on {ran}"
    assert not errors


@pytest.fixture
def picture() -> Callable[[Any, str], None]:
    """Takes a picture for the documentation: `picture(page, "page.png")`; only when the environment asks for it."""

    def take(page: Any, name: str) -> None:
        if os.environ.get(SCREENSHOTS) == "1":
            page.screenshot(path=DOCS / name)

    return take
