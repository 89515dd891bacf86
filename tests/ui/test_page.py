import json
import re
import subprocess
import sys
from types import SimpleNamespace

import gradio as gr
import pytest

from assistant.errors import AssistantError, ModelUnavailable
from assistant.speech.settings import SpeechSettings
from ui import serve as serving
from ui import texts
from ui.access import PASSWORD_VARIABLE, Access
from ui.login_page import DESK
from ui.page import build_page, head, theme


def test_the_customers_page_and_the_desk_have_addresses_of_their_own(shop, visitors):
    shop.name = "Corner & <b>Co"
    config = build_page(shop, visitors=visitors).get_config_file()
    parts = {each["id"]: each for each in config["components"]}

    def shown(page, kind, prop):
        held = (parts[each] for each in config["page"][page]["components"])
        return " ".join(str(each["props"].get(prop, "")) for each in held if each["type"] == kind)

    assert texts.DESK_TODAY in shown(DESK, "tabitem", "label")
    assert texts.MESSAGE_LABEL in shown("", "textbox", "label")
    assert texts.QUESTION_LABEL not in shown("", "textbox", "label")
    for page in ("", DESK):
        assert "Corner &amp; &lt;b&gt;Co" in shown(page, "html", "value")
        assert "30 June 2026" in shown(page, "html", "value")


def test_the_page_names_no_other_machine_and_no_event_is_open_to_programs(shop, visitors):
    page = build_page(shop, visitors=visitors)
    config = page.get_config_file()
    for each in config["components"]:
        each.pop("example_inputs", None)  # Gradio's description of an upload for programs, which nobody fetches
    with_theme = json.dumps(config, default=str) + theme()._get_theme_css()
    for name in ("theme.css", "chat.css", "desk.css", "page.js"):
        with_theme += serving.Path(serving.__file__).with_name(name).read_text(encoding="utf-8")
    assert not re.findall(r"(?:https?:)?//(?!www\.w3\.org)[a-z0-9.-]+\.[a-z]{2,}", with_theme)
    assert "public" not in {each["api_visibility"] for each in page.get_config_file()["dependencies"]}
    assert theme()._stylesheets == []


def test_the_manager_desk_is_hidden_until_the_page_knows_who_it_is(shop, visitors):
    config = build_page(shop, Access(loopback=False), visitors).get_config_file()
    columns = [each for each in config["components"] if each["type"] == "column" and each["props"]["visible"] is False]
    assert len(columns) == 4  # three of the desk, and the place where customers say who they are on this machine


def served(monkeypatch, shop, **launched):
    """What `serve` hands to Gradio, without serving."""
    given = {}

    def launch(self, **options):
        given.update(options)
        if launched.get("fails"):
            raise OSError("taken")
        return None, "http://127.0.0.1:7860/", None

    monkeypatch.setattr(gr.Blocks, "launch", launch)
    monkeypatch.setattr(gr.Blocks, "block_thread", lambda self: None)
    for part in ("resolve", "router", "language"):
        setattr(shop, part, object())
    serving.serve(shop, launched.get("host", "127.0.0.1"))
    return given


def test_serving_keeps_gradio_quiet(monkeypatch, shop):
    given = served(monkeypatch, shop)
    assert (given["share"], given["enable_monitoring"], given["run_history"], given["mcp_server"]) == (False,) * 4
    assert all(each.exists() for each in given["css_paths"])
    assert [each.path for each in given["app_kwargs"]["routes"]] == [
        "/sign-in",
        "/sign-in",
        "/sign-out",
        "/visit",
        "/product-picture/{product_id:path}",
        "/api",
        "/v1",
        "/mcp",
        "/desk/upload",
    ]
    assert serving.os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"


def test_another_address_without_a_password_is_warned_about(monkeypatch, shop, capsys):
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    served(monkeypatch, shop, host="0.0.0.0")
    assert PASSWORD_VARIABLE in capsys.readouterr().err
    served(monkeypatch, shop)
    assert PASSWORD_VARIABLE not in capsys.readouterr().err


def test_a_taken_port_is_an_error_for_people(monkeypatch, shop):
    with pytest.raises(AssistantError, match="--port 7861"):
        served(monkeypatch, shop, fails=True)


def test_the_page_is_told_which_speech_models_the_shop_has_and_no_more():
    secret = SpeechSettings(model="/srv/models/ours", longest_seconds=12)
    for speech, told in (
        (None, {"hears": False, "speaks": False, "seconds": 30.0}),
        (secret, {"hears": True, "speaks": False, "seconds": 12}),
    ):
        given = re.search(r"window\.raSpeech = (\{.*?\});", head(speech))
        assert json.loads(given[1]) == told
    assert "/srv/models" not in head(secret)


def test_speech_models_that_cannot_be_loaded_are_told_and_the_page_serves_on(shop, capsys):
    def away():
        raise ModelUnavailable("Expected the model tiny.")

    loaded = []
    shop.hearing, shop.voice = SimpleNamespace(load=away), SimpleNamespace(load=lambda: loaded.append("voice"))
    serving._prepare_speech(shop).join(10)
    assert loaded == ["voice"]
    assert "Expected the model tiny." in capsys.readouterr().err


def test_importing_serve_does_not_load_gradio():
    code = "import sys, ui.serve; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
