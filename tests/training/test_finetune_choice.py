"""Learning to choose a tool, for real, on a model of two layers; what is written is read by the packed model."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tiny_model import tiny_model, tiny_tokenizer

from assistant.language.llama import Llama, LlamaShape
from assistant.language.packing import packed_tensors
from assistant.language.tool_choice import load_choice
from assistant.training import finetune_choice as training
from assistant.training.finetune_choice import ChoiceSettings, finetune_choice
from assistant.training.router_data import Example

CLASSES = {"customer": ("check_stock", "search_products", "none"), "manager": ("sales_report", "none")}
SETTINGS = ChoiceSettings(
    layers=2, first_layer=0, rank=4, epochs=6, rate=1e-2, head_rate=2e-2, dropout=0.0, batch_tokens=256
)


def lesson() -> list[Example]:
    """The word "left" asks for the stock, "show" for a search, any other for nothing; staff ask for sales."""
    made = []
    for place in range(12):
        for text, tool in (("any mugs left", "check_stock"), ("show mugs", "search_products"), ("hi there", "none")):
            made.append(Example((f"{text} {place}", ""), {"customer": tool}, "key"))
        made.append(Example((f"our revenue {place}", ""), {"manager": "sales_report", "customer": "none"}, "key"))
        made.append(Example((f"hi there {place}", ""), {"manager": "none"}, "key"))
    return made


def test_it_learns_and_the_packed_model_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "load_base", lambda: (tiny_model(), tiny_tokenizer()))
    monkeypatch.setattr(training, "merge", lambda model, folder, name: None)
    save_file({"some": torch.ones(2)}, tmp_path / "adapter_model.safetensors")
    lines: list[str] = []
    right = finetune_choice(lesson, lesson(), CLASSES, SETTINGS, tmp_path, lines.append)
    assert right == {"customer": 1.0, "manager": 1.0}
    assert [line.split(":")[0] for line in lines] == [f"epoch {place} of 6" for place in range(1, 7)]

    reference: Any = tiny_model()
    shape = LlamaShape.of(reference.config.to_dict())
    assert shape is not None
    model = Llama(shape, packed_tensors(shape, reference.state_dict()).__getitem__)
    choice = load_choice(tmp_path, model, lambda text: tiny_tokenizer()(text, add_special_tokens=False)["input_ids"])
    assert choice is not None
    found = [max(opinions, key=opinions.__getitem__) for opinions in _opinions(choice)]
    assert found == ["check_stock", "search_products", "none", "sales_report"]


def _opinions(choice: Any) -> list[dict[str, float]]:
    asked = [("any mugs left 3", "customer"), ("show mugs 5", "customer"), ("hi there 2", "customer")]
    return [choice.opinions(role, (text, "")) for text, role in (*asked, ("our revenue 7", "manager"))]


@pytest.mark.parametrize("wrong", [{"first_layer": 16}, {"rank": 0}, {"epochs": 0}, {"batch_tokens": 10}])
def test_settings_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="are expected"):
        ChoiceSettings(**wrong)
