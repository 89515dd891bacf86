"""What customers write about what they bought, from the product's hidden quality and the delivery. Knows no figures.

The stars go beside the text and are never said in it.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.demo.catalog import Catalog
from analytics.demo.orders import OrderBook
from analytics.demo.settings import DemoSettings
from analytics.demo.texts import Aspect, ProductText, ReviewTexts

_WRITES_HOMEWARE: Final = 0.10
_WRITES_FOOD: Final = 0.018
# stars -> chance of each number of (pleased, displeased) sentences
_MOODS: Final = {
    5: ((1, 0), (2, 0), (3, 0), (2, 0)),
    4: ((1, 0), (2, 0), (2, 1), (1, 0)),
    3: ((1, 1), (1, 1), (1, 2), (2, 1)),
    2: ((0, 1), (1, 2), (0, 2), (0, 2)),
    1: ((0, 1), (0, 2), (0, 3), (0, 2)),
}


def write_reviews(catalog: Catalog, book: OrderBook, texts: ReviewTexts, settings: DemoSettings) -> pd.DataFrame:
    """The table reviews: at most one by a customer of a product, after delivery."""
    random = settings.stream(8)
    end = pd.Timestamp(settings.as_of)
    lines = book.sales[book.sales["customer_id"].notna() & book.sales["delivered_at"].notna()]
    chance = np.where(catalog.homeware, _WRITES_HOMEWARE, _WRITES_FOOD)[lines["product"]]
    moved = chance * np.where(lines["late"], 2.0, 1.0) * np.where(lines["online"], 1.6, 0.8)
    moved *= 1 + 0.35 * np.abs(catalog.quality[lines["product"]])  # the very good and the very bad make people write
    lines = lines[random.random(len(lines)) < moved].drop_duplicates(["customer_id", "product_id"])
    day = lines["delivered_at"].dt.normalize() + pd.to_timedelta(random.integers(2, 36, len(lines)), unit="D")
    lines = lines.assign(reviewed_on=day)[day <= end].sort_values(["reviewed_on", "order_id", "line_number"])
    felt = 4.05 + 0.75 * catalog.quality[lines["product"]] - 1.25 * lines["late"] + random.normal(0, 0.75, len(lines))
    rating = np.clip(np.rint(felt), 1, 5).astype(int)
    written = [
        _text(catalog.texts[product], stars, late, online, texts, random)
        for product, stars, late, online in zip(lines["product"], rating, lines["late"], lines["online"], strict=True)
    ]
    return pd.DataFrame(
        {
            "review_id": [f"R{10001 + row}" for row in range(len(lines))],
            "product_id": lines["product_id"].to_numpy(),
            "customer_id": lines["customer_id"].to_numpy(),
            "reviewed_on": lines["reviewed_on"].to_numpy(),
            "rating": rating,
            "title": [title for title, _ in written],
            "text": [text for _, text in written],
        }
    )


def _text(
    product: ProductText, stars: int, late: bool, online: bool, texts: ReviewTexts, random: np.random.Generator
) -> tuple[str, str]:
    """Title and text; a late parcel is always spoken of, and then with annoyance."""
    good, bad = _MOODS[stars][random.integers(4)]
    aspects = [each for each in texts.aspects if _applies(each, product, online)]
    order = _shuffled(aspects, random)
    delivery = next((each for each in aspects if each.name == "delivery"), None)
    if late and delivery is not None:
        order = [delivery, *(each for each in order if each.name != "delivery")]
        bad = max(bad, 1)
    angry, pleased = order[:bad], order[bad : bad + good]
    said = [(each.negative, "bad") for each in angry] + [(each.positive, "good") for each in pleased]
    if stars >= 3 and not late:
        said.reverse()
    sentences = [str(random.choice(pool)).replace("{product_noun}", product.noun) for pool, _ in said]
    mood = "positive" if stars >= 4 else "mixed" if stars == 3 else "negative"
    return str(random.choice(texts.titles[mood])), _joined(sentences, [tone for _, tone in said], random)


def _applies(aspect: Aspect, product: ProductText, online: bool) -> bool:
    return {"homeware": product.homeware, "food": not product.homeware, "online": online}.get(aspect.applies_to, True)


def _shuffled(aspects: Sequence[Aspect], random: np.random.Generator) -> list[Aspect]:
    """What a product is bought for (quality, looks, taste) comes up three times as often as its price or box."""
    weight = np.array([1.0 if each.applies_to in ("all", "online") else 3.0 for each in aspects])
    chosen: npt.NDArray[np.int64] = random.choice(len(aspects), len(aspects), replace=False, p=weight / weight.sum())
    return [aspects[place] for place in chosen]


def _joined(sentences: Sequence[str], tones: Sequence[str], random: np.random.Generator) -> str:
    """One after the other; where the tone turns, often with a word that says so."""
    parts = [sentences[0]]
    for place in range(1, len(sentences)):
        turn = tones[place] != tones[place - 1]
        link = str(random.choice(["", "On the other hand: ", "That said: ", "Still: "])) if turn else ""
        parts.append(link + sentences[place])
    return " ".join(parts)
