"""The page of a small real shop on a free port; only the language model is scripted. Knows no browser."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import duckdb
from PIL import Image, ImageDraw

from analytics.demo import DEMO_AS_OF, DEMO_CURRENCY, DEMO_NAME, build_demo
from analytics.demo.settings import DemoSettings
from assistant import building
from assistant.language.chat import Prompt, Usage
from assistant.messages import ToolCall
from assistant.settings import write_settings
from assistant.shop import MODELS, PICTURES, Shop, open_shop
from ui.access import PASSWORD_VARIABLE, Access
from ui.logins import Logins
from ui.serve import launch, warm

READY_SHOP = "RETAIL_BROWSER_SHOP"  # environment variable: a demo shop that is built already; a copy of it is served
PASSWORD = "jam and cloth"
EVIL = '<script>window.broken=1</script><img src=x onerror="window.broken=1">'
EVIL_WORD = "Moonwhistle"  # of the title that EVIL stands in, so that it can be asked for
_SMALL = DemoSettings(customers=300, days=300, units_per_day=40.0, promotions=10)
_CATEGORIES = ("Mugs and tableware", "Glassware", "Tea and coffee")
_FITTED = ("index", "policies", "pictures", "recommend", "forecast", "inventory", "churn", "customers")


class RepeatingModel:
    """Words an answer as its facts, one by one; it writes no call, for the router reads them by itself.

    Attributes:
        pause: seconds within each sentence; a test that watches an answer grow makes it longer.
    """

    name = "scripted"
    compact = True

    def __init__(self) -> None:
        self.pause = 0.0

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        usage.prompt, usage.completion = 10, 5
        lines = prompt.messages[-1].content.splitlines()
        for fact in (line.removeprefix("fact: ") for line in lines if line.startswith("fact: ")):
            first, _, rest = fact.partition(" ")
            yield f"{first} "
            sleep(self.pause)
            yield f"{rest} "
        if self.pause:
            yield "Just "  # the sentence before is whole now, and shown
            sleep(self.pause)
            yield "ask if there is anything else."


@dataclass(frozen=True)
class Served:
    """A running page.

    Attributes:
        url: without a slash at its end.
        model: the scripted language model.
    """

    url: str
    shop: Shop
    model: RepeatingModel


def build_shop(folder: Path) -> None:
    """A demo shop of a few hundred orders with its models fitted, and one product with a script in its title."""
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = folder / "warehouse.duckdb"
    build_demo(warehouse, folder / "policies", folder / "truth", progress=False, settings=_SMALL)
    _make_smaller(warehouse)
    write_settings(folder, DEMO_NAME, DEMO_CURRENCY, str(DEMO_AS_OF))
    _draw_pictures(folder)
    with open_shop(folder) as shop:
        (folder / MODELS).mkdir(exist_ok=True)
        building.fit_again(shop, _FITTED, lambda line: None)


def copy_ready_shop(folder: Path) -> bool:
    """Copies the shop that the environment names; False where it names none."""
    ready = os.environ.get(READY_SHOP)
    if ready:
        shutil.copytree(ready, folder, dirs_exist_ok=True)
    return bool(ready)


@contextmanager
def served(
    folder: Path, password: str | None = None, *, scripted: bool = True, port: int | None = None
) -> Iterator[Served]:
    """The page of a shop folder, until the end of the block.

    Args:
        folder: the shop.
        password: of the manager; None: the desk is open to this machine.
        scripted: False leaves the language model that `shop.toml` names.
        port: to listen on; None: a free one.
    """
    shop, model = Shop(folder), RepeatingModel()
    if scripted:
        shop.__dict__["language"] = model
    warm(shop)
    environment = {PASSWORD_VARIABLE: password} if password else {}
    access = Access.of("127.0.0.1", environment, logins=Logins(shop, password))
    blocks, url = launch(shop, access, "127.0.0.1", port or _free_port())
    try:
        yield Served(url.rstrip("/"), shop, model)
    finally:
        blocks.close(verbose=False)
        shop.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_smaller(warehouse: Path) -> None:
    """Leaves three categories, and puts a script into the title and description of one of their products."""
    kept = "product_id in (select product_id from products)"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"delete from products where category not in {_CATEGORIES}")
        for table in ("order_lines", "inventory", "stock_counts", "stock_outs", "reviews", "competitor_prices",
                      "price_changes"):  # fmt: skip
            connection.execute(f"delete from {table} where not {kept}")
        connection.execute("delete from orders where order_id not in (select order_id from order_lines)")
        told = [f"{EVIL_WORD} Mug {EVIL}", f"A mug. {EVIL}"]
        connection.execute("update products set title = ?, description = ? where title = 'Hare and Hedgerow Mug'", told)


def _draw_pictures(folder: Path) -> None:
    """A picture of each product: one colour and as many stripes as its place among them, so that all differ."""
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        products = [row[0] for row in connection.execute("select product_id from products order by 1").fetchall()]
    (folder / PICTURES).mkdir(exist_ok=True)
    for place, product_id in enumerate(products):
        striped_picture(place).save(folder / PICTURES / f"{product_id}.jpg")


def striped_picture(place: int) -> Image.Image:
    """The picture of the product at this place of the list."""
    drawn = Image.new("RGB", (160, 160), f"hsl({place * 41 % 360}, 55%, 62%)")
    pencil = ImageDraw.Draw(drawn)
    for stripe in range(place % 7 + 1):
        pencil.rectangle((10, 8 + 21 * stripe, 150, 18 + 21 * stripe), fill=f"hsl({place * 67 % 360}, 60%, 30%)")
    return drawn
