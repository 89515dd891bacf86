"""Made-up products in any number, the same ones each time, and quick vectors for them. Knows no index.

A vector is the sum of the all-MiniLM-L6-v2 vectors of the text's words with noise that the text determines: cheap, yet
with neighbourhoods as real texts have them, unlike random numbers.
"""

import zlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from retrieval.embedder import Embedder, Vectors

NOISE = 0.5  # length of a text's own part, where that of its words is 1
_NOUNS = {
    "Kitchen": "teapot saucepan whisk ladle colander grater rolling-pin chopping-board",
    "Tableware": "mug plate bowl jug tumbler butter-dish egg-cup saucer",
    "Garden": "trowel rake watering-can hose flowerpot secateurs wheelbarrow parasol",
    "Bedding": "duvet pillow blanket mattress-topper bedspread sheet quilt bolster",
    "Lighting": "lamp lantern chandelier spotlight lampshade candle torch nightlight",
    "Bathroom": "towel bath-mat soap-dish shower-curtain toothbrush-holder flannel mirror scales",
    "Toys": "puzzle kite doll train-set spinning-top teddy-bear building-blocks yo-yo",
    "Stationery": "notebook pen pencil-case envelope ruler stapler calendar sketchbook",
    "Luggage": "suitcase rucksack holdall wallet washbag umbrella briefcase tote-bag",
    "Clothing": "scarf jumper socks gloves raincoat shirt apron slippers",
    "Jewellery": "necklace earrings bracelet brooch ring cufflinks anklet pendant",
    "Furniture": "bookcase stool armchair sideboard desk wardrobe bench coat-stand",
    "Tools": "hammer screwdriver spanner drill saw spirit-level chisel pliers",
    "Sports": "football yoga-mat dumbbell racket skipping-rope helmet water-bottle frisbee",
    "Music": "ukulele recorder tambourine metronome harmonica drumsticks music-stand kazoo",
    "Pets": "dog-lead cat-bed bird-feeder fish-tank hamster-wheel dog-bowl scratching-post collar",
    "Baby": "rattle bib pram-blanket teether babygrow changing-mat cot-mobile bottle-warmer",
    "Storage": "basket box shoe-rack tin jar drawer-divider hamper coat-hook",
    "Decoration": "vase picture-frame wreath bunting ornament wall-clock figurine garland",
    "Electrical": "kettle toaster radio fan heater alarm-clock hand-mixer iron",
}
_COLOURS = "red blue green white black cream navy grey pink yellow teal purple orange brown silver gold".split()
_MATERIALS = "oak pine steel glass cotton wool linen leather ceramic bamboo brass slate enamel velvet cork".split()
_STYLES = "vintage modern rustic plain striped spotted floral engraved folding compact heavy handmade".split()
_BRANDS = "Alder Briar Cobble Dunmore Elmfield Foxglove Garrow Heath Ingle Juniper Kestrel Larkrise".split()
_SIZES = "small medium large mini extra-large pair set-of-4 travel".split()
_PAIRS = [(noun, kind) for kind, nouns in _NOUNS.items() for noun in nouns.split()]
_LISTS = (_COLOURS, _MATERIALS, _STYLES, _BRANDS, _SIZES)
_STRIDE = 7_368_787  # coprime to the number of combinations: neighbouring rows share few words


def frame(count: int) -> pd.DataFrame:
    """That many products: product_id, title, category, brand, price."""
    place = np.arange(count, dtype=np.int64) * _STRIDE
    pair = place % len(_PAIRS)
    rest, words = place // len(_PAIRS) + place % 9973, []
    for choices in _LISTS:
        words.append(np.array(choices)[rest % len(choices)])
        rest = rest // len(choices)
    nouns, kinds = (np.array(each)[pair] for each in zip(*_PAIRS, strict=True))
    colour, material, style, brand, size = words
    titles = [
        f"{a.title()} {b} {c} {d.replace('-', ' ')}, {e.replace('-', ' ')}"
        for a, b, c, d, e in zip(style, colour, material, nouns, size, strict=True)
    ]
    ids = [f"P{number:07d}" for number in range(count)]
    price = np.round(np.exp(np.random.default_rng(1).normal(3.6, 0.75, count)), 2)
    return pd.DataFrame({"product_id": ids, "title": titles, "category": kinds, "brand": brand, "price": price})


def stock(count: int) -> pd.DataFrame:
    """One in ten is out of stock."""
    ids = [f"P{number:07d}" for number in range(count)]
    return pd.DataFrame({"store_id": "S1", "product_id": ids, "on_hand": (np.arange(count) % 10 > 0).astype(int)})


def wishes(count: int) -> list[str]:
    """Queries of two to four words."""
    random = np.random.default_rng(2)
    found = []
    for number in range(count):
        noun = _PAIRS[random.integers(len(_PAIRS))][0].replace("-", " ")
        words = [str(random.choice(choices)) for choices in (_COLOURS, _MATERIALS, _STYLES)]
        found.append(" ".join([*words[: number % 3 + 1], noun]))
    return found


class WordSums:
    """Sums of word vectors as an embedder."""

    def __init__(self, words: Embedder) -> None:
        """Takes the embedder of the single words; it is asked once for each."""
        self.identity = f"word sums of {words.identity}"
        self._words = words
        self._known: dict[str, Vectors] = {}
        self._noise: Vectors | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), d), each of length 1."""
        split = [[word.strip(".,").lower() for word in text.split()] for text in texts]
        new = sorted({word for words in split for word in words} - self._known.keys())
        if new:
            self._known.update(zip(new, self._words.encode(new), strict=True))
        if self._noise is None:
            size = len(next(iter(self._known.values())))
            self._noise = np.random.default_rng(0).standard_normal((4096, size)).astype(np.float32)
            self._noise *= NOISE / np.linalg.norm(self._noise, axis=1, keepdims=True) / 2**0.5
        sums = np.stack([np.sum([self._known[word] for word in words], axis=0) for words in split])
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        digests = np.array([zlib.crc32(text.encode()) for text in texts])
        sums += self._noise[digests % 4096] + self._noise[(digests >> 12) % 4096]
        return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)
