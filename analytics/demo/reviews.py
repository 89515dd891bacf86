"""What customers write about what they bought, from the product's hidden quality and the delivery. Knows no figures.

The stars go beside the text and are never said in it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
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
_STAPLE: Final = re.compile(r"flour|sugar|yeast|baking powder|bicarbonate|\bsalt\b|foil|stock cubes?", re.IGNORECASE)
_CRISP: Final = r"biscuit|shortbread|cracker|oatcake|crisp|cake|cereal|granola|oat|pasta|chocolate|nut"
_GROWN: Final = r"apple|pear|fruit|vegetable|potato|carrot|tomato|berr|salad|lemon|banana|egg"
_CLOTH: Final = r"cotton|linen|wool|towel|cushion|throw|blanket|apron|glove|napkin|cloth|textile|felt|velvet|jute"
_FIRED: Final = r"stoneware|ceramic|porcelain|earthenware|terracotta|bone china|pottery"
_VESSEL: Final = rf"{_FIRED}|glass|enamel|steel|mug|bowl|plate|dish|pan|tin|jug|jar|pot|cutlery|tumbler|cup"
# words of a sentence -> words of which the product's title, category or material must hold one
_ONLY_OF: Final = tuple(
    (re.compile(said, re.IGNORECASE), re.compile(needed, re.IGNORECASE))
    for said, needed in (
        (r"\bwash|thread|seam|stitch|shr[au]nk|colour ran|soft green|curtains|pulling", _CLOTH),
        (r"glaze", _FIRED),
        (r"dishwasher|chipped|\bleaks|crack|hold very|to hold much|when it is full|holds very|broken glass", _VESSEL),
        (r"\blid\b", r"\b(?:lid|jar|pot|casserole|tin|caddy|box|storage|kettle|pan)"),
        (r"handle", r"mug|pan|jug|kettle|basket|brush|knife|cup|pot|tray"),
        (r"rust", r"steel|iron|metal|tin|wire|aluminium"),
        (r"bottom|wobble|flat table|stone floor", rf"{_VESSEL}|wood|oak|board|stand|rack|candlestick|vase|basket|lamp"),
        (r"crumbs|nothing was broken|broken piece", rf"{_CRISP}|{_GROWN}"),
        (r"mould|gone soft|bruise", rf"{_GROWN}|bread|cheese|jam|cake|milk|yog|loaf|bun|scone"),
        (r"creamy|greasy", r"cream|milk|chees|yog|butter|chocolate|curd|soup|sauce|fudge|coffee"),
        (r"kick", r"chill|pepper|ginger|mustard|curry|chutney|sauce|spice|pickle|relish|coffee"),
        (
            r"sweet|sugar",
            r"jam|marmalade|honey|biscuit|cake|choc|fudge|toffee|curd|cordial|drink|granola|chutney|sweet",
        ),
        (r"salty", r"crisp|nut|cheese|butter|sauce|stock|soup|cracker|pickle|bacon|ham|popcorn|oatcake"),
        (r"dry as dust|claggy|gritty|swallow", rf"{_CRISP}|bread|scone|pasta|rice|fudge|bun"),
        (r"jar will", r"\b(?:jam|honey|jar|chutney|pickle|marmalade|curd|candle)"),
        (r"kept the tin|lid had come", r"\b(?:tin|tea|biscuit|candle|caddy|jar)"),
        (r"grandmother|spoilt it|cup of tea|breakfast", r"jam|marmalade|honey|bread|biscuit|cake|bak|tea|curd|cereal"),
    )
)


def write_reviews(catalog: Catalog, book: OrderBook, texts: ReviewTexts, settings: DemoSettings) -> pd.DataFrame:
    """The table reviews: at most one by a customer of a product, after delivery."""
    random = settings.stream(8)
    end = pd.Timestamp(settings.as_of)
    lines = book.sales[book.sales["customer_id"].notna() & book.sales["delivered_at"].notna()]
    chance = np.where(catalog.homeware, _WRITES_HOMEWARE, _WRITES_FOOD)[lines["product"]]
    moved = chance * np.where(lines["late"], 2.0, 1.0) * np.where(lines["online"], 1.6, 0.8)
    moved *= 1 + 0.35 * np.abs(catalog.quality[lines["product"]])  # the very good and the very bad make people write
    lines = lines[random.random(len(lines)) < moved].drop_duplicates(["customer_id", "product_id"])
    day = lines["delivered_at"].dt.normalize() + pd.to_timedelta(
        2 + random.gamma(1.1, 32.0, len(lines)).astype(int), unit="D"
    )
    lines = lines.assign(reviewed_on=day)[day <= end].sort_values(["reviewed_on", "order_id", "line_number"])
    felt = 4.3 + 0.7 * catalog.quality[lines["product"]] - 1.25 * lines["late"] + random.normal(0, 0.85, len(lines))
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
    if stars >= 4 and not late:  # who is content grumbles about the price or the box, not the thing itself
        order.sort(key=lambda each: each.name not in ("price", "packaging"))
    angry, pleased = order[:bad], order[bad : bad + good] if bad else _shuffled(aspects, random)[:good]
    said = [(each.negative, "bad") for each in angry] + [(each.positive, "good") for each in pleased]
    if stars >= 3 and not late:
        said.reverse()
    about = f"{product.title} {product.category} {product.attributes.get('material', '')}"
    fitting = [_fitting(pool, about) for pool, _ in said]
    sentences = [str(random.choice(pool)).replace("{product_noun}", product.noun) for pool in fitting]
    mood = "positive" if stars >= 4 else "mixed" if stars == 3 else "negative"
    return str(random.choice(texts.titles[mood])), _joined(sentences, [tone for _, tone in said], random)


def _applies(aspect: Aspect, product: ProductText, online: bool) -> bool:
    if aspect.name == "taste" and _STAPLE.search(product.title):
        return False
    return {"homeware": product.homeware, "food": not product.homeware, "online": online}.get(aspect.applies_to, True)


@lru_cache(maxsize=20_000)
def _fitting(pool: tuple[str, ...], about: str) -> tuple[str, ...]:
    """Nobody washes a candle or praises the glaze of a towel."""
    barred = [said for said, needed in _ONLY_OF if not needed.search(about)]
    return tuple(sentence for sentence in pool if not any(said.search(sentence) for said in barred)) or pool


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
        link = str(random.choice(["", "That said, ", "Mind you, "])) if turn else ""
        sentence = sentences[place]
        keeps = not link or sentence.startswith(("I ", "I'", "Northumberland"))
        parts.append(link + (sentence if keeps else sentence[0].lower() + sentence[1:]))
    return " ".join(parts)
