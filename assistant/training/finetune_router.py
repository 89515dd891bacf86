"""Fine-tunes the embedder for routing: a LoRA adapter and one linear head per role, trained together.

Cross-entropy with label smoothing on the authored phrasings, slots filled anew each epoch; the temperature and the
threshold from which a tool stands alone are chosen on the validation phrasings, the test phrasings only measure.
"""

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.language.router import ENCODER_NAME, NONE, SHIPPED_ROUTER, mean_pool, tokenize
from assistant.training.phrasings import Entities, Phrasing, spoken
from assistant.training.router_data import Example, classes, examples


@dataclass(frozen=True)
class RouterSettings:
    """How the router is trained.

    Attributes:
        rank: of the LoRA adapter; 0 trains the heads alone.
        sure_precision: share of right tools wanted among those that stand alone.
    """

    rank: int = 16
    epochs: int = 12
    batch: int = 48
    adapter_rate: float = 1e-3
    head_rate: float = 1e-2
    smoothing: float = 0.05
    scale: float = 16.0  # logits per unit of cosine at the start
    sure_precision: float = 0.985
    seed: int = 7

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a setting is out of its range.
        """
        if self.rank < 0 or self.epochs < 1 or self.batch < 1 or not 0 <= self.smoothing < 1:
            raise ValueError(f"rank >= 0, epochs >= 1, batch >= 1 and 0 <= smoothing < 1 are expected; got {self}.")


def finetune_router(
    phrasings: Sequence[Phrasing],
    entities: Entities,
    tool_roles: Mapping[str, frozenset[str]],
    encoder_folder: Path,
    settings: RouterSettings,
    folder: Path = SHIPPED_ROUTER,
    report: Callable[[str], None] = lambda line: None,
) -> dict[str, float]:
    """Trains, calibrates, measures and writes the router.

    Returns:
        Accuracy on the test phrasings by role, and the share of messages that are sure.
    """
    import torch

    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    authored = {call.name for phrasing in phrasings for turn in phrasing.turns for call in turn.calls}
    names = classes({name: roles for name, roles in tool_roles.items() if name in authored})
    encoder, tokenizer = _encoder(encoder_folder, settings.rank)
    heads = {role: torch.nn.Linear(384, len(listed)) for role, listed in names.items()}
    for head in heads.values():
        torch.nn.init.normal_(head.weight, std=0.02)
    train = list(spoken(phrasings, "train"))
    groups: list[dict[str, Any]] = [
        {"params": [p for head in heads.values() for p in head.parameters()], "lr": settings.head_rate}
    ]
    adapter = [p for p in encoder.parameters() if p.requires_grad]
    if adapter:
        groups.append({"params": adapter, "lr": settings.adapter_rate})
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = settings.epochs * math.ceil(sum(len(p.turns) for p in train) / settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [g["lr"] for g in groups], total_steps=steps + 1, pct_start=0.1
    )
    for epoch in range(settings.epochs):
        encoder.train()
        losses = []
        for batch in _batches(examples(train, entities, tool_roles, chance), settings.batch, chance):
            loss = _loss(batch, encoder, tokenizer, heads, names, settings)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if schedule.last_epoch < steps:
                schedule.step()
            losses.append(loss.item())
        report(f"epoch {epoch + 1} of {settings.epochs}: loss {np.mean(losses):.3f}")
    encoder.eval()
    held_out = random.Random(settings.seed + 1)
    validation = examples(list(spoken(phrasings, "validation")), entities, tool_roles, held_out)
    test = examples(list(spoken(phrasings, "test")), entities, tool_roles, held_out)
    temperature, sure = _calibrate(
        _logits(validation, encoder, tokenizer, heads, settings), validation, names, settings
    )
    scores = _scores(_logits(test, encoder, tokenizer, heads, settings), test, names, temperature, sure)
    _write(folder, encoder, heads, names, settings, temperature, sure, scores)
    return scores


def _encoder(folder: Path, rank: int) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(folder, local_files_only=True)
    model.requires_grad_(False)
    if rank:
        from peft import LoraConfig, get_peft_model

        targets = ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"]
        model = get_peft_model(
            model, LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.05, target_modules=targets)
        )
    return model, AutoTokenizer.from_pretrained(folder, local_files_only=True)


def _loss(
    batch: Sequence[Example], encoder: Any, tokenizer: Any, heads: Any, names: Any, settings: RouterSettings
) -> Any:
    import torch

    vectors = _vectors(batch, encoder, tokenizer)
    total = torch.zeros(())
    for role, head in heads.items():
        rows = [i for i, example in enumerate(batch) if role in example.labels]
        if not rows:
            continue
        wanted = torch.tensor([names[role].index(batch[i].labels[role]) for i in rows])
        # A staff question asked by a customer is one of very many; it counts less than the customers' own.
        weight = torch.tensor([0.2 if _of_staff(batch[i], role) else 1.0 for i in rows])
        each = torch.nn.functional.cross_entropy(
            settings.scale * head(vectors[rows]), wanted, label_smoothing=settings.smoothing, reduction="none"
        )
        total = total + (each * weight).sum() / len(batch)
    return total


def _of_staff(example: Example, role: str) -> bool:
    """Whether this role asks what only the other one may: it is NONE here and a tool there."""
    return example.labels[role] == NONE and len(set(example.labels.values())) > 1


def _batches(made: list[Example], size: int, chance: random.Random) -> list[list[Example]]:
    """Batches of messages of about the same length, so that little is padding, in random order."""
    ordered = sorted(
        made, key=lambda example: (len(example.pair[0]) + len(example.pair[1])) * chance.uniform(0.8, 1.25)
    )
    batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    chance.shuffle(batches)
    return batches


def _vectors(batch: Sequence[Example], encoder: Any, tokenizer: Any) -> Any:
    import torch

    inputs = tokenize(tokenizer, [example.pair for example in batch])
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.is_grad_enabled()):
        hidden = encoder(**inputs).last_hidden_state
    return mean_pool(hidden.float(), inputs["attention_mask"])


def _logits(
    made: Sequence[Example], encoder: Any, tokenizer: Any, heads: Any, settings: RouterSettings
) -> dict[str, Any]:
    """Per role the logits of its examples, (n, classes)."""
    import torch

    with torch.inference_mode():
        parts = [_vectors(made[start : start + 64], encoder, tokenizer) for start in range(0, len(made), 64)]
        vectors = torch.cat(parts) if parts else torch.zeros(0, 384)
        return {
            role: settings.scale * head(vectors[[i for i, e in enumerate(made) if role in e.labels]])
            for role, head in heads.items()
        }


def _wanted(made: Sequence[Example], role: str, names: Sequence[str]) -> Any:
    import torch

    return torch.tensor([names.index(e.labels[role]) for e in made if role in e.labels])


def _calibrate(logits: Any, made: Sequence[Example], names: Any, settings: RouterSettings) -> tuple[float, float]:
    """The temperature of least negative log-likelihood, and the probability from which a tool stands alone."""
    import torch

    grid = np.exp(np.linspace(math.log(0.3), math.log(4.0), 40))
    wanted = {role: _wanted(made, role, names[role]) for role in logits}
    losses = [sum(torch.nn.functional.cross_entropy(logits[r] / t, wanted[r]).item() for r in logits) for t in grid]
    temperature = float(grid[int(np.argmin(losses))])
    chances, right = [], []
    for role in logits:
        top = torch.softmax(logits[role] / temperature, -1).max(-1)
        chances.append(top.values.numpy())
        right.append((top.indices == wanted[role]).numpy())
    chance, correct = np.concatenate(chances), np.concatenate(right)
    order = np.argsort(-chance)
    precision = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    enough = np.nonzero(precision >= settings.sure_precision)[0]
    return temperature, float(chance[order][enough[-1]]) if len(enough) else 0.99


def _scores(logits: Any, made: Sequence[Example], names: Any, temperature: float, sure: float) -> dict[str, float]:
    import torch

    scores = {}
    for role in logits:
        wanted = _wanted(made, role, names[role])
        chances = torch.softmax(logits[role] / temperature, -1)
        own = torch.tensor([not _of_staff(e, role) for e in made if role in e.labels])
        top3 = (chances.topk(min(3, chances.shape[-1]), -1).indices == wanted[:, None]).any(-1)
        right = chances.argmax(-1) == wanted
        scores[f"{role}: right tool"] = right[own].float().mean().item()
        scores[f"{role}: right tool in top 3"] = top3[own].float().mean().item()
        scores[f"{role}: sure"] = (chances.max(-1).values[own] >= sure).float().mean().item()
        scores[f"{role}: messages"] = float(own.sum())
        scores[f"{role}: staff questions told apart"] = right[~own].float().mean().item() if (~own).any() else 1.0
    return scores


def _write(
    folder: Path,
    encoder: Any,
    heads: Any,
    names: Any,
    settings: RouterSettings,
    temperature: float,
    sure: float,
    scores: Any,
) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    if settings.rank:
        encoder.half().save_pretrained(folder)
        config = json.loads((folder / "adapter_config.json").read_text())
        config["base_model_name_or_path"] = ENCODER_NAME
        (folder / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True))
        (folder / "README.md").unlink(missing_ok=True)
    factor = settings.scale / temperature
    tensors = {}
    for role, head in heads.items():
        tensors[f"{role}.weight"] = (head.weight.detach() * factor).contiguous()
        tensors[f"{role}.bias"] = (head.bias.detach() * factor).contiguous()
    save_file(tensors, folder / "heads.safetensors")
    settings_read = {"encoder": ENCODER_NAME, "classes": names, "sure": sure, "none": NONE}
    card = {"settings": asdict(settings), "temperature": temperature, "test": scores}
    (folder / "router.json").write_text(json.dumps({**settings_read, **card}, indent=1))
