"""schemathesis over the OpenAPI descriptions of both interfaces: no server error, and every answer as described."""

from datetime import date
from types import SimpleNamespace

import pytest
from scripted_page import ScriptedToolbox, begin
from starlette.applications import Starlette
from starlette.routing import Mount
from tiny_speech import LOW, tone

from assistant.door_settings import LimitSettings, LoginSettings
from assistant.safety import RateLimit
from assistant.speech.settings import SpeechSettings
from assistant.speech.sound import wav_of
from ui.access import Access
from ui.api import build_api
from ui.api_access import Doorman
from ui.line import Turnstile
from ui.logins import Logins, Tries
from ui.openai_api import build_openai_api
from ui.visitors import Visitors

schemathesis = pytest.importorskip("schemathesis")
from hypothesis import HealthCheck, given, settings, strategies  # noqa: E402
from schemathesis import GenerationMode  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
schemathesis.openapi.media_type("audio/wav", strategies.sampled_from([wav_of(tone(LOW)), b"no wav"]))


@schemathesis.serializer("audio/wav")
def _as_it_is(context, value):
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


MANY = LimitSettings(per_minute=1e9, address_per_minute=1e9)
STAFF = {"Authorization": "Bearer s3cret"}
BOUNDED = settings(
    max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def served():
    nobody = SimpleNamespace(
        has_manager=lambda: False,
        of_token=lambda *rest: None,
        check=lambda *rest: None,
        close_login=lambda *rest: False,
    )
    records = SimpleNamespace(
        audit=lambda *rest: None, turns=lambda session_id: (), session=lambda session_id: None, accounts=nobody
    )
    shop = SimpleNamespace(
        name="Corner & Co",
        currency="GBP",
        as_of=date(2026, 6, 30),
        script={},
        toolbox=ScriptedToolbox(),
        settings=SimpleNamespace(login=LoginSettings(), limits=MANY, speech=SpeechSettings("tiny", "tiny")),
        hearing=SimpleNamespace(words=lambda sound: "hello"),
        voice=SimpleNamespace(says=lambda text: tone(LOW, 0.1)),
        triggers=SimpleNamespace(on_order=lambda customer_id, products, day: ()),
        records=records,
    )
    endless = RateLimit(burst=10**9, per_minute=10**9)
    access = Access(False, "s3cret", logins=Logins(shop, "s3cret", tries=Tries(endless)))
    doorman, turnstile = Doorman(access, endless), Turnstile(MANY)
    visitors = Visitors(shop, begin, turnstile=turnstile)
    return Starlette(
        routes=[
            Mount("/api", app=build_api(shop, access, doorman, visitors)),
            Mount("/v1", app=build_openai_api(shop, doorman, begin, turnstile)),
        ]
    )


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", ["/api/openapi.json", "/v1/openapi.json"])
def test_whatever_comes_the_answer_is_as_described(served, path, mode):
    operations = [each.ok() for each in schemathesis.openapi.from_asgi(path, served).get_all_operations()]
    assert len(operations) >= 3
    for operation in operations:
        takes_something = any(map(list, (operation.body, operation.query)))
        if takes_something or mode is GenerationMode.POSITIVE:
            _try(operation, mode)


def _try(operation, mode):
    """Sends made-up requests of one kind: as described, or not."""

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case):
        tried.append(case.operation.label)
        case.validate_response(case.call(headers=STAFF), checks=CHECKS)

    tried = []
    answered()
    assert tried
