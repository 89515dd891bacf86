"""What `shop.toml` may say, checked on reading. Knows no part that uses it.

name = "Larder & Loom"
currency = "GBP"
as_of = "2026-06-30"          # or "today"; left out: the last day of the history
plugins = ["gift_tools.py"]   # modules of further tools: files in this folder, or importable modules

[language]                    # left out: the embedded model
kind = "openai"               # "embedded", "transformers" or "openai"
model = "qwen3-8b"            # a Hugging Face id or folder, or the served model's name
base_url = "http://localhost:8000/v1"
api_key_env = "OPENAI_API_KEY"

[embeddings]
model = "BAAI/bge-small-en-v1.5"

[pictures]                    # left out: an encoder learnt from the shop's own pictures
model = "clip-ViT-B-32"

[speech]                      # see `assistant.speech.settings`

[vectors]                     # left out: Chroma in this process
host = "localhost"
port = 8000
prefix = "larder-loom"        # left out: made from the shop's name
exact_up_to = 2_000_000       # so many products are searched exactly; of more, Chroma's graph answers

[records]
url = "postgresql+psycopg://user@host/database"

[webhook]                     # left out: requests wait in the outbox
url = "https://shop.example/requests"
secret_env = "RETAIL_ASSISTANT_WEBHOOK_SECRET"

[forecasting]                 # left out: fitted in this process
engine = "ray"                # a Ray cluster (extra "cluster"); "spark" likewise; "local": on `workers` cores
workers = 2
pretrained = "amazon/chronos-bolt-small"   # a model that competes untrained (needs chronos-forecasting)

[limits]
max_characters = 4000         # of a message
per_minute = 30               # messages of one conversation
address_per_minute = 120      # messages of one network address
customers_at_once = 2         # answered at the same time; the others see their place in line
managers_at_once = 2          # managers have a line of their own

[login]                       # see `assistant.door_settings`
[page]                        # see `assistant.page_settings`
hours = 12

[deliveries]                  # left out: no limit of capacity, 8:00 to 18:00
van_capacity = 40             # orders
leaves_at = "8:00"
back_by = "18:00"
kmh = 50
minutes_per_stop = 10

[transfers]
cost_per_km = 0.5             # of a trip between two stores
cost_per_unit = 0.1
least_units = 1
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from analytics.supply import RoundSettings, TransferSettings, minutes_of
from assistant.door_settings import LimitSettings, LoginSettings
from assistant.errors import ShopNotFound
from assistant.page_settings import PageSettings
from assistant.speech.settings import SpeechSettings

Kind = Literal["embedded", "transformers", "openai"]
Engine = Literal["local", "ray", "spark"]
FILE = "shop.toml"
S = TypeVar("S")


@dataclass(frozen=True)
class LanguageSettings:
    """Which language model answers."""

    kind: Kind = "embedded"
    model: str | None = None
    adapter: str | None = None
    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        """Checks that the settings fit together.

        Raises:
            ValueError: an unknown kind, no model for a kind that needs one, or a time-out of zero or less.
        """
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}; got {self.kind!r}")
        if self.kind != "embedded" and not self.model:
            raise ValueError(f'kind = "{self.kind}" needs model = "..."')
        if self.timeout_seconds <= 0:
            raise ValueError(f"timeout_seconds must be above 0; got {self.timeout_seconds}")


@dataclass(frozen=True)
class EmbeddingSettings:
    """Which sentence-transformers model embeds; None: the packaged one."""

    model: str | None = None
    allow_download: bool = False


@dataclass(frozen=True)
class PictureSettings:
    """Which sentence-transformers model reads pictures; None: an encoder learnt from the shop's own."""

    model: str | None = None
    allow_download: bool = False


@dataclass(frozen=True)
class VectorsSettings:
    """A Chroma server; no host: Chroma in this process.

    Attributes:
        prefix: of this shop's collections on the server; None: made from the shop's name.
        exact_up_to: so many products are searched exactly, of more Chroma's graph answers; 0: it always does.
    """

    host: str | None = None
    port: int = 8000
    ssl: bool = False
    prefix: str | None = None
    exact_up_to: int = 2_000_000


@dataclass(frozen=True)
class RecordsSettings:
    """The database of live records; None: SQLite in the shop folder."""

    url: str | None = None


@dataclass(frozen=True)
class WebhookSettings:
    """Where confirmed requests are sent, and the environment variable of the secret that signs them."""

    url: str | None = None
    secret_env: str = "RETAIL_ASSISTANT_WEBHOOK_SECRET"


@dataclass(frozen=True)
class ForecastingSettings:
    """Where forecasts are fitted, and which pretrained model competes.

    Attributes:
        workers: cores that are used; with Ray or Spark, parts that the series are split into (0: one per core there).
        pretrained: id or folder of a model of the Chronos family; None: none competes.
    """

    engine: Engine = "local"
    workers: int = 1
    pretrained: str | None = None

    def __post_init__(self) -> None:
        """Checks the engine's name and the number of workers.

        Raises:
            ValueError: one of them is out of its bounds.
        """
        if self.engine not in get_args(Engine):
            raise ValueError(f"engine must be one of {', '.join(get_args(Engine))}; got {self.engine!r}")
        if self.workers < (1 if self.engine == "local" else 0):
            raise ValueError(f"workers must be 1 at least; got {self.workers}")


@dataclass(frozen=True)
class DeliverySettings:
    """The delivery vans; times of day as "8:00"."""

    van_capacity: int | None = None
    leaves_at: str = "8:00"
    back_by: str = "18:00"
    kmh: float = 50.0
    minutes_per_stop: int = 10

    def __post_init__(self) -> None:
        """Checks the figures together.

        Raises:
            ValueError: a time cannot be read, or a figure makes no sense.
        """
        self.rounds(1)

    def rounds(self, vans: int, capacity: int | None = None) -> RoundSettings:
        """The settings of a plan with so many vans; `capacity` where another one was said."""
        return RoundSettings(
            vans=vans,
            capacity=self.van_capacity if capacity is None else capacity,
            leaves_at=minutes_of(self.leaves_at),
            back_by=minutes_of(self.back_by),
            kmh=self.kmh,
            minutes_per_stop=self.minutes_per_stop,
        )


@dataclass(frozen=True)
class ShopSettings:
    """All of `shop.toml`. as_of: an ISO date, "today", or None for the last day of the history.

    Attributes:
        plugins: modules of further tools, see `assistant.plugins`.
    """

    name: str
    currency: str = "GBP"
    as_of: str | None = None
    plugins: tuple[str, ...] = ()
    language: LanguageSettings = field(default_factory=LanguageSettings)
    embeddings: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    pictures: PictureSettings = field(default_factory=PictureSettings)
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    vectors: VectorsSettings = field(default_factory=VectorsSettings)
    records: RecordsSettings = field(default_factory=RecordsSettings)
    webhook: WebhookSettings = field(default_factory=WebhookSettings)
    forecasting: ForecastingSettings = field(default_factory=ForecastingSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    login: LoginSettings = field(default_factory=LoginSettings)
    page: PageSettings = field(default_factory=PageSettings)
    deliveries: DeliverySettings = field(default_factory=DeliverySettings)
    transfers: TransferSettings = field(default_factory=TransferSettings)

    def __post_init__(self) -> None:
        """Checks name, currency and date.

        Raises:
            ValueError: a value is not of its form.
        """
        if not self.name.strip():
            raise ValueError('name must not be empty, e.g. name = "Corner Shop"')
        if not self.name.isprintable():
            raise ValueError(f"name must be one line of plain text; got {self.name!r}")
        if len(self.currency) != 3 or not (
            self.currency.isascii() and self.currency.isalpha() and self.currency.isupper()
        ):
            raise ValueError(f'currency must be a three-letter code such as "GBP"; got {self.currency!r}')
        if self.as_of not in (None, "today"):
            date.fromisoformat(str(self.as_of))

    def today(self, last_day: date) -> date:
        """The as-of date of a history that ends on `last_day`."""
        if self.as_of == "today":
            return date.today()
        return date.fromisoformat(self.as_of) if self.as_of else last_day


def read_settings(folder: Path) -> ShopSettings:
    """The shop's settings.

    Raises:
        ShopNotFound: no `shop.toml`, or one that cannot be read; says what was expected.
    """
    file = folder / FILE
    if not file.exists():
        raise ShopNotFound(
            f"Expected a shop in {folder}, but it has no {FILE}. Run `retail-assistant init --demo` for the demo shop, "
            "or `retail-assistant ingest SOURCE FILE` for your own data; --shop DIR names another folder."
        )
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
        sections = {
            "language": _section(LanguageSettings, given.pop("language", {})),
            "embeddings": _section(EmbeddingSettings, given.pop("embeddings", {})),
            "pictures": _section(PictureSettings, given.pop("pictures", {})),
            "speech": _section(SpeechSettings, given.pop("speech", {})),
            "vectors": _section(VectorsSettings, given.pop("vectors", {})),
            "records": _section(RecordsSettings, given.pop("records", {})),
            "webhook": _section(WebhookSettings, given.pop("webhook", {})),
            "forecasting": _section(ForecastingSettings, given.pop("forecasting", {})),
            "limits": _section(LimitSettings, given.pop("limits", {})),
            "login": _section(LoginSettings, given.pop("login", {})),
            "page": _section(PageSettings, given.pop("page", {})),
            "deliveries": _section(DeliverySettings, given.pop("deliveries", {})),
            "transfers": _section(TransferSettings, given.pop("transfers", {})),
        }
        if isinstance(given.get("as_of"), date):
            given["as_of"] = given["as_of"].isoformat()
        return _section(ShopSettings, {**given, **sections})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError, TypeError) as wrong:
        raise ShopNotFound(f"The settings in {file} cannot be used: {wrong}. Mend that line and try again.") from wrong


def write_settings(folder: Path, name: str, currency: str, as_of: str | None = None) -> None:
    """Writes a first `shop.toml`; one that is there stays as it is."""
    file = folder / FILE
    if file.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"name = {_toml(name)}", f"currency = {_toml(currency)}"]
    if as_of:
        lines.append(f"as_of = {_toml(as_of)}")
    building = file.with_suffix(".building")
    building.write_text("\n".join(lines) + "\n", encoding="utf-8")
    building.replace(file)


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _section(kind: type[S], given: Mapping[str, Any]) -> S:
    if not isinstance(given, Mapping):
        raise ValueError(f"a section [...] of {', '.join(f.name for f in fields(kind))} is expected; got {given!r}")
    hints = get_type_hints(kind)
    known = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(f"unknown setting {', '.join(unknown)}; known are {', '.join(known)}")
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    for name, value in given.items():
        if not _fits(value, hints[name]):
            raise ValueError(f"{name} cannot be {value!r}")
    return kind(**given)


def _fits(value: object, hint: Any) -> bool:
    """Whether a TOML value is of the field's type; a whole number is a number too."""
    if get_origin(hint) is Literal:
        return isinstance(value, str)  # the section itself says which texts are known
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    allowed = get_args(hint) or (hint,)
    return type(value) in allowed or (type(value) is int and float in allowed)
