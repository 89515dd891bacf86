"""Fine-tunes a causal language model to write tool calls and answers: LoRA, loss on the completion only.

Hidden states are turned into logits only where something is to be learnt: the vocabulary is the largest matrix of a
small model. Checkpoints are written every few minutes and training resumes from the last one. LoRA: Hu et al., 2021.
"""

import json
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.errors import ModelUnavailable
from assistant.language.tool_choice import CHOICE_FILE
from assistant.language.weights import BASE_NAME, load_base, merge
from assistant.messages import Message
from assistant.training.adapters import join_adapters
from assistant.training.batches import fitting
from assistant.training.curves import Curves
from assistant.training.language_data import Learnt, speaks_chatml, tokens

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
Dialogues = Sequence[tuple[Message, ...]]
Plan = dict[str, int | float | str]  # settings, base and number of steps: what a checkpoint belongs to


@dataclass(frozen=True)
class LanguageSettings:
    """How the language model is fine-tuned.

    Attributes:
        share: of the dialogues that an epoch shows, drawn anew each time; below 1 to finish sooner.
        first_layer: the first one that is adapted; those before it cost no backward pass.
        batch_tokens: tokens of one step, padding included.
        checkpoint_minutes: time between two checkpoints.
    """

    rank: int = 16
    alpha: int = 32
    epochs: int = 1
    share: float = 1.0
    first_layer: int = 0
    rate: float = 1e-3
    batch_tokens: int = 1024
    checkpoint_minutes: float = 5.0
    seed: int = 7

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a setting is out of its range.
        """
        in_range = 0 < self.share <= 1 and self.rate > 0 and self.batch_tokens >= 128 and self.first_layer >= 0
        if not in_range or self.rank < 1 or self.epochs < 1:
            raise ValueError(
                "0 < share <= 1, rank, epochs >= 1, rate > 0, batch_tokens >= 128, first_layer >= 0 are expected; "
                f"got {self}."
            )


def finetune_language(
    epochs: Callable[[int], Dialogues],
    settings: LanguageSettings,
    folder: Path,
    *,
    base: str | None = None,
    extends: Path | None = None,
    curves: Curves | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> None:
    """Trains an adapter and writes it to `folder`.

    Args:
        epochs: epoch number -> its dialogues (slots filled anew each time).
        settings: how.
        folder: where the adapter goes; `checkpoint/` within it holds the state to resume from.
        base: a Hugging Face id or folder; None for the embedded model.
        extends: an adapter of this base to go on from; the one written holds both, and its rank is their sum.
        curves: takes the loss and the rate of every tenth step.
        report: takes a line of progress.

    Raises:
        ModelUnavailable: the base cannot be loaded, or does not speak ChatML.
        ValueError: there is nothing to learn.
    """
    import torch

    torch.manual_seed(settings.seed)
    model, tokenizer, name, device = _adapted(base, settings, extends)
    batches = [_batches(epochs(epoch), tokenizer, settings, epoch) for epoch in range(settings.epochs)]
    steps = sum(len(each) for each in batches)
    if not steps:
        raise ValueError("Expected at least one dialogue that fits a sequence, but there is none to learn from.")
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=settings.rate, weight_decay=0.0, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    plan = {**asdict(settings), "base": name, "steps": steps, "extends": str(extends)}
    done = _resume(folder, plan, model, optimiser, schedule)
    model.train()
    started, saved, seen = time.monotonic(), time.monotonic(), 0
    for step, batch in enumerate(batch for each in batches for batch in each):
        if step < done:
            continue
        loss = _loss(model, batch, device, tokenizer.pad_token_id or 0)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        schedule.step()
        seen += sum(len(sequence.ids) for sequence in batch)
        if step % 10 == 0 or step == steps - 1:
            speed = seen / (time.monotonic() - started)
            if curves is not None:
                curves.add(step + 1, loss=loss.item(), rate=float(schedule.get_last_lr()[0]))
            report(f"step {step + 1} of {steps}: loss {loss.item():.3f}, {speed:.0f} tokens/s")
        if time.monotonic() - saved > 60 * settings.checkpoint_minutes:
            _checkpoint(folder, step + 1, plan, model, optimiser, schedule)
            saved = time.monotonic()
    _write(folder, model, name, settings)
    if extends is not None:
        join_adapters(extends, folder)


def _adapted(base: str | None, settings: LanguageSettings, extends: Path | None) -> tuple[Any, Any, str, str]:
    import torch
    from peft import LoraConfig, get_peft_model

    device = "cuda" if torch.cuda.is_available() else "cpu"
    if base is None:
        model, tokenizer = load_base()
        name = BASE_NAME
    else:
        model, tokenizer = _other_base(base)
        name = base
    if not speaks_chatml(tokenizer):
        raise ModelUnavailable(
            f"Expected a chat model that speaks ChatML (<|im_start|>role ... <|im_end|>), but {name} has another chat "
            "template. Choose another base; any chat model can answer without fine-tuning."
        )
    if extends is not None:
        merge(model, extends, name)
    layers = list(range(settings.first_layer, model.config.num_hidden_layers))
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        target_modules=TARGETS,
        layers_to_transform=layers,
        task_type="CAUSAL_LM",
    )
    # What is frozen is kept in the precision that it is used in; the adapter itself stays in float32.
    return get_peft_model(model.to(torch.bfloat16), config).to(device), tokenizer, name, device


def _other_base(base: str) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
        return model, AutoTokenizer.from_pretrained(base)
    except (OSError, ValueError) as missing:
        raise ModelUnavailable(
            f"Expected a Hugging Face chat model at {base!r}, but it cannot be loaded: {str(missing).splitlines()[0]} "
            "Check the name and the network, or leave out --base for the embedded model."
        ) from missing


def _batches(dialogues: Dialogues, tokenizer: Any, settings: LanguageSettings, epoch: int) -> list[list[Learnt]]:
    """Batches of sequences of about the same length, in random order."""
    chance = random.Random(settings.seed + epoch)
    dialogues = chance.sample(list(dialogues), max(1, round(settings.share * len(dialogues))))
    made = [each for each in (tokens(dialogue, tokenizer) for dialogue in dialogues) if each is not None]
    made.sort(key=lambda sequence: len(sequence.ids) * chance.uniform(0.9, 1.1))
    batches = list(fitting(made, lambda sequence: len(sequence.ids), settings.batch_tokens))
    chance.shuffle(batches)
    return batches


def _loss(model: Any, batch: Sequence[Learnt], device: str, pad: int) -> Any:
    """Mean cross-entropy of the tokens to learn; ids: (sequences, longest)."""
    import torch

    longest = max(len(sequence.ids) for sequence in batch)
    ids = torch.tensor([sequence.ids + [pad] * (longest - len(sequence.ids)) for sequence in batch], device=device)
    real = torch.tensor([[1] * len(s.ids) + [0] * (longest - len(s.ids)) for s in batch], device=device)
    learn = torch.tensor([s.learn + [False] * (longest - len(s.learn)) for s in batch], device=device)
    with torch.autocast(device, dtype=torch.bfloat16):
        causal = model.get_base_model()
        hidden = causal.model(input_ids=ids, attention_mask=real).last_hidden_state
        wanted = learn[:, 1:]
        logits = causal.lm_head(hidden[:, :-1][wanted])
    return torch.nn.functional.cross_entropy(logits.float(), ids[:, 1:][wanted])


def _rate(step: int, steps: int) -> float:
    """Warm-up over the first 5 %, then cosine to a tenth."""
    warm = max(1, steps // 20)
    if step < warm:
        return (step + 1) / warm
    return 0.1 + 0.45 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def _checkpoint(folder: Path, step: int, plan: Plan, model: Any, optimiser: Any, schedule: Any) -> None:
    import torch

    place = folder / "checkpoint"
    place.mkdir(parents=True, exist_ok=True)
    trained = {name: value for name, value in model.named_parameters() if value.requires_grad}
    state = {"plan": plan, "step": step, "model": trained}
    state |= {"optimiser": optimiser.state_dict(), "schedule": schedule.state_dict()}
    torch.save(state, place / "state.building")
    (place / "state.building").replace(place / "state.pt")


def _resume(folder: Path, plan: Plan, model: Any, optimiser: Any, schedule: Any) -> int:
    """Loads the last checkpoint of this very training; the number of steps already done, 0 where there is none."""
    import torch

    file = folder / "checkpoint" / "state.pt"
    if not file.exists():
        return 0
    state = torch.load(file, weights_only=True)
    if state.get("plan") != plan:
        return 0
    model.load_state_dict(state["model"], strict=False)
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])


def _write(folder: Path, model: Any, name: str, settings: LanguageSettings) -> None:
    import shutil

    import torch

    model.to(torch.bfloat16).save_pretrained(folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    config["base_model_name_or_path"] = name
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True))
    (folder / "training.json").write_text(json.dumps(asdict(settings), indent=1))
    (folder / "README.md").unlink(missing_ok=True)
    (folder / CHOICE_FILE).unlink(missing_ok=True)  # it was learnt with another adapter
    shutil.rmtree(folder / "checkpoint", ignore_errors=True)
