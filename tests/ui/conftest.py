from datetime import date
from types import SimpleNamespace

import pytest
from scripted_page import ScriptedToolbox, begin, known_customer

from assistant.board import Boards
from assistant.door_settings import LimitSettings, LoginSettings
from assistant.messages import ToolResult
from assistant.page_settings import PageSettings
from assistant.speech.settings import SpeechSettings
from ui.visitors import Visitors


@pytest.fixture
def shop(tmp_path):
    audited = []
    return SimpleNamespace(
        name="Corner & Co",
        currency="GBP",
        as_of=date(2026, 6, 30),
        script={},
        toolbox=ScriptedToolbox(),
        audited=audited,
        folder=tmp_path,
        standing=SimpleNamespace(of=lambda call, manager: ToolResult("Nothing to tell.", status="error")),
        boards=Boards(tmp_path),
        settings=SimpleNamespace(
            webhook=SimpleNamespace(url=None),
            login=LoginSettings(),
            limits=LimitSettings(),
            page=PageSettings(),
            speech=SpeechSettings(),
        ),
        picture_files={},
        hearing=None,
        voice=None,
        resolve=SimpleNamespace(customer_by_id=known_customer),
        records=SimpleNamespace(
            turns=lambda session_id: (),
            session=lambda session_id: None,
            audit_trail=lambda session_id: (),
            cart=lambda session: (),
            audit=lambda session, *rest: audited.append(rest),
            accounts=SimpleNamespace(has_manager=lambda: False),
        ),
    )


@pytest.fixture
def visitors(shop):
    return Visitors(shop, begin)
