"""Opens a shop folder and wires its parts: the only place that does. Knows no question and no answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.errors import MissingData, NotFitted
from analytics.history import History
from analytics.model_store import NOTED, ModelStore
from analytics.offer_triggers import Triggers, fit_triggers
from analytics.warehouse import Warehouse
from assistant.errors import ShopNotFound
from assistant.language.chat import ChatModel
from assistant.language.router import Router
from assistant.plugins import with_plugins
from assistant.records import Records
from assistant.resolve import Resolver
from assistant.safety import Limits, RateLimit
from assistant.settings import ShopSettings, read_settings
from assistant.toolbox import Toolbox
from retrieval.catalog import Catalog
from retrieval.embedder import SentenceTransformerEmbedder, packaged_model
from retrieval.picture_encoder import SentenceTransformerPictures
from retrieval.picture_files import pictures_of
from retrieval.pictures import PictureIndex
from retrieval.policies import PolicyIndex
from retrieval.reranker import Reranker
from retrieval.vectors import VectorSettings, shop_prefix

if TYPE_CHECKING:
    from assistant.board import Boards
    from assistant.speech.hearing import Hearing
    from assistant.speech.voice import Voice
    from assistant.standing_results import StandingResults

WAREHOUSE, INDEX, MODELS, POLICIES, RECORDS = "warehouse.duckdb", "index", "models", "policies", "service.sqlite"
RANKING = "search_ranking"  # the model that judgements of searches teach
PICTURES = "pictures"  # the products' picture files
FITTED = NOTED  # in the models' folder, written last of all by a fit
_OF_THE_DATA = ("as_of", "history", "triggers", "resolve", "toolbox", "catalog", "pictures", "policies")


class Shop:
    """One shop: settings, history, catalog, fitted models, live records and language model; each opened when used."""

    def __init__(self, folder: Path) -> None:
        """Opens the folder.

        Raises:
            ShopNotFound: there is no shop, or only a half-built one.
        """
        self.folder = folder
        self.settings: ShopSettings = read_settings(folder)
        if not (folder / WAREHOUSE).exists():
            raise ShopNotFound(
                f"Expected a complete shop in {folder}, but its history ({WAREHOUSE}) is missing: the build did not "
                "finish. Run `retail-assistant init --demo` or `retail-assistant ingest SOURCE FILE` again; "
                "nothing else is lost."
            )
        self.name = self.settings.name
        self.currency = self.settings.currency
        self.policies_folder = folder / POLICIES
        self.models = ModelStore(folder / MODELS)
        self._renewing = threading.Lock()
        self._seen = self.state()

    def state(self) -> tuple[int, int]:
        """When the history and the fitted models were last replaced, in nanoseconds; 0 while a fit is at work."""
        files = (self.folder / WAREHOUSE, self.folder / MODELS / FITTED)
        history, fitted = (file.stat().st_mtime_ns if file.exists() else 0 for file in files)
        return history, fitted

    def renew(self) -> bool:
        """Takes up what an import or a finished fit has replaced since; nothing where nothing has changed.

        Returns:
            Whether anything had.
        """
        with self._renewing:
            now = self.state()
            fitting = now[0] == self._seen[0] and not now[1]  # what was fitted before stands until the fit has ended
            if now == self._seen or fitting or not now[0]:
                return False
            if "warehouse" in self.__dict__:
                self.warehouse.reopen()
            for part in _OF_THE_DATA:
                self.__dict__.pop(part, None)
            self.models = ModelStore(self.folder / MODELS)
            self._seen = now
            return True

    @cached_property
    def warehouse(self) -> Warehouse:
        """The history, read-only."""
        return Warehouse(self.folder / WAREHOUSE)

    @cached_property
    def as_of(self) -> date:
        """The shop's today: by `shop.toml`, else the last day of sales; of imports where it has contracts only."""
        try:
            last = self.warehouse.span()[1]
        except MissingData:
            if not self.warehouse.has("contracts"):
                raise
            imports = self.warehouse.table("imports")
            last = self.warehouse.scalar(imports.imported_at.max()).date()
        return self.settings.today(last)

    @cached_property
    def history(self) -> History:
        """The sales lines, in memory."""
        return History.of(self.warehouse, self.as_of)

    @cached_property
    def triggers(self) -> Triggers:
        """Which offer an order or a silence calls for."""
        return fit_triggers(self.history)

    @cached_property
    def resolve(self) -> Resolver:
        """What people say -> the shop's own names."""
        return Resolver(self.warehouse, self.as_of)

    @cached_property
    def embedder(self) -> SentenceTransformerEmbedder:
        """The sentence embedder."""
        chosen = self.settings.embeddings
        return SentenceTransformerEmbedder(chosen.model, allow_download=chosen.allow_download)

    @cached_property
    def catalog(self) -> Catalog:
        """The product index."""
        return Catalog(self.folder / INDEX / "products", self.embedder, self._vectors, self._reranker)

    @cached_property
    def pictures(self) -> PictureIndex:
        """The index of the products' pictures."""
        chosen = self.settings.pictures
        named = chosen.model and SentenceTransformerPictures(chosen.model, allow_download=chosen.allow_download)
        return PictureIndex(self.folder / INDEX / "pictures", self._vectors, named or None)

    @cached_property
    def hearing(self) -> "Hearing | None":
        """The model that hears what is said; None where `shop.toml` names none."""
        from assistant.speech.hearing import Hearing

        return Hearing(self.settings.speech) if self.settings.speech.model else None

    @cached_property
    def voice(self) -> "Voice | None":
        """The model that reads out; None where `shop.toml` names none."""
        from assistant.speech.voice import Voice

        return Voice(self.settings.speech) if self.settings.speech.voice else None

    @cached_property
    def picture_files(self) -> dict[str, Path]:
        """Product id -> its first picture file, of the products on sale that have one."""
        if not (self.folder / PICTURES).is_dir():
            return {}
        return {each: files[0] for each, files in pictures_of(self.catalog.products, self.folder / PICTURES).items()}

    @cached_property
    def policies(self) -> PolicyIndex:
        """The index of the shop's pages."""
        return PolicyIndex(self.policies_folder, self.folder / INDEX / "policies", self.embedder, self._vectors)

    @cached_property
    def records(self) -> Records:
        """Conversations, carts, requests and the audit trail."""
        return Records(self.settings.records.url or f"sqlite:///{self.folder / RECORDS}")

    @cached_property
    def boards(self) -> "Boards":
        """What the managers have pinned."""
        from assistant.board import Boards

        return Boards(self.folder)

    @cached_property
    def standing(self) -> "StandingResults":
        """Results that stand until the data change: of boards and the briefing."""
        from assistant.standing_results import StandingResults

        return StandingResults(self)

    @cached_property
    def limits(self) -> Limits:
        """What a person may send; the rate counts for the whole shop, whichever conversation asks."""
        chosen = self.settings.limits
        return Limits(max_characters=chosen.max_characters, rate=RateLimit(per_minute=chosen.per_minute))

    @cached_property
    def toolbox(self) -> Toolbox:
        """Every tool of the assistant that the shop has the data for, and those of its plugins."""
        from assistant.tools import standard_tools

        offered = [each for each in standard_tools() if each.needs is None or self.warehouse.has(each.needs)]
        return with_plugins(offered, self.settings.plugins, self.folder)

    @cached_property
    def router(self) -> Router:
        """Names the tool for a message."""
        plain = self.embedder if self.settings.embeddings.model is None else SentenceTransformerEmbedder()
        return Router.load(packaged_model(), plain=plain.encode)

    @cached_property
    def language(self) -> ChatModel:
        """The language model that `shop.toml` names."""
        from assistant.language.choosing import language_model

        return language_model(self.settings.language)

    def _reranker(self) -> Reranker | None:
        """What the shop's judgements of searches taught; None where it has none."""
        try:
            found: Reranker = self.models.load(RANKING)
        except NotFitted:
            return None
        return found

    @property
    def _vectors(self) -> VectorSettings:
        chosen = self.settings.vectors
        place = VectorSettings(host=chosen.host, port=chosen.port, ssl=chosen.ssl, exact_up_to=chosen.exact_up_to)
        return replace(place, prefix=chosen.prefix or shop_prefix(self.name)) if place.host else place

    def close(self) -> None:
        """Closes what was opened."""
        for part in ("warehouse", "records"):
            if part in self.__dict__:
                self.__dict__[part].close()


@contextmanager
def open_shop(folder: Path) -> Iterator[Shop]:
    """A shop that is closed at the end of the block."""
    shop = Shop(folder)
    try:
        yield shop
    finally:
        shop.close()
