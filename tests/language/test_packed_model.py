"""A model of packed tensors: the embedded model's code on a tiny one that is written to a folder."""

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_model import tiny_model, tiny_tokenizer

from assistant.errors import ModelUnavailable
from assistant.language import embedded_model
from assistant.language.chat import OfferedTool, Prompt, Usage
from assistant.language.embedded_model import PackedText, packed_model
from assistant.language.local_model import LocalModel
from assistant.language.transformers_model import TransformersText
from assistant.language.weights import TENSORS_FILE, TOKENIZER_FILE, write_packed
from assistant.messages import Message, ToolCall
from assistant.tools.catalog import TOOLS

DETAILS = next(tool for tool in TOOLS if tool.name == "product_details")
SAID = ["hello", "red mug", "what was our revenue in february", "blue teapot", "hello"]


def answer(said: str, system: str = "answer", most: int = 12) -> Prompt:
    return Prompt("answer", (Message("system", system), Message("user", said)), max_tokens=most)


def call(said: str) -> Prompt:
    offered = OfferedTool(DETAILS.name, DETAILS.schema(), DETAILS.signature())
    return Prompt("call", (Message("system", "x"), Message("user", said)), (offered,), said, True, 200)


def write(folder: Path) -> Path:
    write_packed(tiny_model(), tiny_tokenizer(), folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("packed") / "tiny")


@pytest.fixture
def model(folder: Path) -> LocalModel:
    return packed_model(folder, "tiny", compact=True)


def test_calls_follow_the_grammar(model: LocalModel) -> None:
    usage = Usage()
    (written,) = model.stream(call("red mug"), usage)
    assert isinstance(written, ToolCall)
    assert written.name == "product_details"
    assert usage.prompt > 10
    assert usage.completion > 10


def test_prompts_are_those_of_transformers(folder: Path) -> None:
    ours, theirs = PackedText(folder, 2), TransformersText(tiny_tokenizer())
    assert ours.marks == theirs.marks
    for reply in (True, False):
        messages = [{"role": "system", "content": " a\n b "}, {"role": "user", "content": "Größe {{ 7 }} £3\n"}]
        ids = ours.ids(messages, None, reply=reply)
        assert ids == theirs.ids(messages, None, reply=reply)
        assert ours.text(ids) == theirs.text(ids)


def test_an_answer_does_not_hang_on_what_was_asked_before(folder: Path, model: LocalModel) -> None:
    """Kept beginnings, the room of the cache and guesses change nothing, to the last bit of the logits."""
    alone = ["".join(map(str, packed_model(folder, "tiny", compact=True).stream(answer(x), Usage()))) for x in SAID]
    assert ["".join(map(str, model.stream(answer(said), Usage()))) for said in SAID] == alone
    list(model.stream(answer("a long one " * 40, most=300), Usage()))  # the cache grows
    assert ["".join(map(str, model.stream(answer(said), Usage()))) for said in reversed(SAID)] == alone[::-1]


def test_a_kept_beginning_gives_the_same_bits_as_one_that_is_read(folder: Path) -> None:
    import torch

    reader = packed_model(folder, "tiny", compact=True)._decoder._reader
    prompt = list(range(3, 60))
    rows = []
    for _ in range(2):
        reader.begin(prompt, 20)
        assert reader.length == 20
        rows.append(reader.read(prompt[20:], 5))
        reader.begin(prompt[::-1], 10)
        reader.read(prompt[9::-1], 1)
    assert torch.equal(rows[0], rows[1])


def test_few_beginnings_are_kept_and_no_long_one(folder: Path) -> None:
    reader = packed_model(folder, "tiny", compact=True)._decoder._reader
    assert isinstance(reader, embedded_model.PackedReader)
    for first in range(3, 3 + embedded_model._BEGINNINGS + 4):
        reader.begin([first, 5, 6, 7], 2)
    assert len(reader._beginnings) == embedded_model._BEGINNINGS
    assert (3, 5) not in reader._beginnings
    reader.begin([3] * 400, 300)
    assert reader.length == 0


def test_weights_are_used_where_they_lie_in_the_file(folder: Path) -> None:
    data = (folder / TENSORS_FILE).read_bytes()
    assert (8 + int.from_bytes(data[:8], "little")) % 64 == 0


@pytest.mark.parametrize("name", [TENSORS_FILE, TOKENIZER_FILE, "config.json"])
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_damaged_files_are_told(tmp_path: Path, name: str, harm: str) -> None:
    file = write(tmp_path / "tiny") / name
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(ModelUnavailable, match="Remove that folder"):
        packed_model(tmp_path / "tiny", "tiny", compact=True)


def test_transformers_is_not_imported(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from assistant.language.embedded_model import packed_model\n"
        "from assistant.language.chat import Prompt, Usage\n"
        "from assistant.messages import Message\n"
        f"model = packed_model(Path({str(folder)!r}), 'tiny', compact=True)\n"
        "list(model.stream(Prompt('answer', (Message('user', 'hello'),), max_tokens=3), Usage()))\n"
        "assert 'transformers' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
