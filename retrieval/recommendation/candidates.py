"""Which methods compete in a shop: the light ones always, the heavy ones where they are affordable. Knows no score."""

from collections.abc import Callable, Iterator

from retrieval.recommendation.counting import Popularity, Repeats
from retrieval.recommendation.factors import MatrixFactors
from retrieval.recommendation.gan import PurchaseGan
from retrieval.recommendation.method import Ground, Method
from retrieval.recommendation.neighbours import ItemNeighbours, Transitions
from retrieval.recommendation.sasrec import SASRec, SASRecSettings
from retrieval.recommendation.settings import RecommendSettings
from retrieval.recommendation.texts import TextTaste
from retrieval.recommendation.tifu import TifuKnn

BLEND = "blend"
# Small enough for a shop's own computer; `benchmarks.next_item --trained` has the full size.
SHOP_SASREC = SASRecSettings(hidden=48, layers=1, length=30, epochs=8, dropout=0.3, rate=2e-3)


def light(settings: RecommendSettings) -> list[Method]:
    """Methods that are learnt in seconds; the blend mixes them."""
    return [
        Popularity(),
        Repeats(settings.half_life_days),
        ItemNeighbours(settings.neighbours, settings.half_life_days),
        Transitions(decay=0.8, reach=3, count=settings.neighbours),
        MatrixFactors(),
        TifuKnn(),
    ]


def heavy(settings: RecommendSettings, ground: Ground) -> tuple[list[Callable[[], Method]], dict[str, str]]:
    """The trained networks that fit into `settings.effort`, and for the others why they are left out."""
    makers: list[Callable[[], Method]] = []
    left_out = {}
    for name, cost, maker in _networks(ground):
        if cost <= settings.effort:
            makers.append(maker)
        else:
            left_out[name] = f"it would take {cost:.1e} multiply-adds a training, allowed are {settings.effort:.1e}"
    return makers, left_out


def _networks(ground: Ground) -> Iterator[tuple[str, float, Callable[[], Method]]]:
    sasrec, gan = SASRec(SHOP_SASREC), PurchaseGan()
    yield sasrec.name, sasrec.cost(ground), lambda: SASRec(SHOP_SASREC)
    yield gan.name, gan.cost(ground), PurchaseGan


def for_new_products() -> list[Method]:
    """Methods that can name a product without any sale."""
    return [TextTaste(trained=False), TextTaste()]


def method_named(name: str, settings: RecommendSettings) -> Method:
    """An unfitted method of that name.

    Raises:
        KeyError: there is none of that name.
    """
    makers: dict[str, Callable[[], Method]] = {SASRec.name: lambda: SASRec(SHOP_SASREC), PurchaseGan.name: PurchaseGan}
    if name in makers:
        return makers[name]()
    return {method.name: method for method in (*light(settings), *for_new_products())}[name]
