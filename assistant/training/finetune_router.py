"""Fine-tunes the embedder for routing and for finding arguments: a low-rank adapter and its heads, trained together.

Slots are filled anew each epoch; the temperature and the threshold from which a tool stands alone are chosen on the
validation phrasings, the test phrasings only measure. Either a LoRA adapter is trained (Hu et al., 2021), or all
matrices, whose difference is then cut to a low rank by singular value decomposition.
"""

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from assistant.language.reading import ArgumentLabels
from assistant.language.router import ENCODER_NAME, NONE, SHIPPED_ROUTER, Heads
from assistant.language.weights import merge
from assistant.training.curves import Curves
from assistant.training.phrasings import Entities, Phrasing, spoken
from assistant.training.router_calibration import balance_none, calibrate, scores
from assistant.training.router_data import Example, classes, examples
from assistant.training.router_model import RouterModel, plain_encoder

_FACTOR = 128.0  # of each part of the difference, so that 8 bits (e4m3) hold the small values, too
_MATRICES = ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"]


@dataclass(frozen=True)
class RouterSettings:
    """How the router is trained.

    Attributes:
        rank: of the adapter; 0 trains the heads alone.
        method: "lora" trains the adapter, "full" all matrices and cuts their difference to the rank afterwards.
        share: of the training phrasings that are used, for learning curves.
        consistency: weight of the divergence between two readings of a message (R-Drop); twice the time of 0.
        sure_precision: share of right tools wanted among those that stand alone.
    """

    rank: int = 96
    method: Literal["lora", "full"] = "full"
    epochs: int = 6
    batch: int = 48
    adapter_rate: float = 2.5e-4
    head_rate: float = 1e-2
    smoothing: float = 0.05
    scale: float = 16.0  # logits per unit of cosine at the start
    share: float = 1.0
    consistency: float = 1.0
    sure_precision: float = 0.985
    seed: int = 7

    @classmethod
    def extending(cls) -> "RouterSettings":
        """For going on from a trained router: few epochs, at low rates, so that nothing is unlearnt."""
        return cls(epochs=3, adapter_rate=1.5e-4, head_rate=3e-3)

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a setting is out of its range.
        """
        if (
            self.rank < 0
            or self.epochs < 1
            or self.batch < 1
            or not 0 <= self.smoothing < 1
            or not 0 < self.share <= 1
            or self.consistency < 0
            or self.method not in ("lora", "full")
        ):
            raise ValueError(
                "rank >= 0, epochs >= 1, batch >= 1, 0 <= smoothing < 1, 0 < share <= 1, consistency >= 0 and method "
                f"lora or full are expected; got {self}."
            )


def finetune_router(
    phrasings: Sequence[Phrasing],
    entities: Entities,
    tool_roles: Mapping[str, frozenset[str]],
    schemas: Mapping[str, Mapping[str, Any]],
    encoder_folder: Path,
    settings: RouterSettings,
    folder: Path = SHIPPED_ROUTER,
    extends: Path | None = None,
    report: Callable[[str], None] = lambda line: None,
    curves: Curves | None = None,
) -> dict[str, float]:
    """Trains, calibrates, measures and writes the router.

    Args:
        phrasings: authored lines of all splits.
        entities: names for the slots.
        tool_roles: tool -> roles that are offered it.
        schemas: tool -> JSON schema of its parameters.
        encoder_folder: where the packaged embedder lies.
        settings: how.
        folder: where the router is written.
        extends: a router to go on from: its tools keep what was learnt, new ones are learnt beside them.
        report: takes a line of progress.
        curves: takes the mean loss of every epoch.

    Returns:
        Accuracy on the test phrasings by role, and the share of messages that are sure.
    """
    import torch

    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    authored = {call.name for phrasing in phrasings for turn in phrasing.turns for call in turn.calls}
    names = classes({name: roles for name, roles in tool_roles.items() if name in authored})
    labels = ArgumentLabels.of({name: schemas[name] for name in sorted(authored)})
    encoder, tokenizer = plain_encoder(encoder_folder)
    heads = None
    if extends is not None:
        heads, adapted = Heads.load(extends)
        if adapted:
            merge(encoder, extends, ENCODER_NAME)
    encoder = _trainable(encoder, settings)
    model = RouterModel(
        encoder,
        tokenizer,
        names,
        labels,
        scale=settings.scale,
        smoothing=settings.smoothing,
        consistency=settings.consistency,
    )
    if heads is not None:
        model.go_on_from(heads)
    train = list(spoken(phrasings, "train"))
    train = random.Random(settings.seed).sample(train, max(1, round(settings.share * len(train))))

    def epoch_examples() -> list[Example]:
        return examples(train, entities, tool_roles, schemas, chance)

    _train(model, epoch_examples, settings, chance, report, curves)
    encoder.eval()
    pairs = _low_rank(model, settings, encoder_folder)
    held_out = random.Random(settings.seed + 1)
    validation, test = (
        examples(list(spoken(phrasings, split)), entities, tool_roles, schemas, held_out, noisy=False)
        for split in ("validation", "test")
    )
    balance_none(model, model.logits(validation), validation, names)
    temperature, sure = calibrate(model.logits(validation), validation, names, settings.sure_precision)
    figures = scores(model.logits(test), test, names, temperature, sure)
    figures |= {
        f"validation {name}": value
        for name, value in scores(model.logits(validation), validation, names, temperature, sure).items()
        if "right tool" in name
    }
    _write(folder, model, pairs, settings, temperature, sure, figures)
    return figures


def _train(
    model: RouterModel,
    epoch_examples: Callable[[], list[Example]],
    settings: RouterSettings,
    chance: random.Random,
    report: Callable[[str], None],
    curves: Curves | None,
) -> None:
    import torch

    groups: list[dict[str, Any]] = [{"params": model.head_parameters(), "lr": settings.head_rate}]
    adapted = [p for p in model.encoder.parameters() if p.requires_grad]
    if adapted:
        groups.append({"params": adapted, "lr": settings.adapter_rate})
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = settings.epochs * math.ceil(len(epoch_examples()) / settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [g["lr"] for g in groups], total_steps=steps + 1, pct_start=0.1
    )
    for epoch in range(settings.epochs):
        model.encoder.train()
        losses = []
        for batch in _batches(epoch_examples(), settings.batch, chance):
            loss = model.loss(batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(adapted, 1.0)
            optimiser.step()
            if schedule.last_epoch < steps:
                schedule.step()
            losses.append(loss.item())
        if curves is not None:
            curves.add(epoch + 1, loss=float(np.mean(losses)))
        report(f"epoch {epoch + 1} of {settings.epochs}: loss {np.mean(losses):.3f}")


def _trainable(encoder: Any, settings: RouterSettings) -> Any:
    """The encoder with what is to be trained: adapters, or the matrices themselves."""
    if settings.rank and settings.method == "lora":
        from peft import LoraConfig, get_peft_model

        config = LoraConfig(r=settings.rank, lora_alpha=2 * settings.rank, lora_dropout=0.05, target_modules=_MATRICES)
        return get_peft_model(encoder, config)
    if settings.rank:
        for name, parameter in encoder.named_parameters():
            parameter.requires_grad_(name.startswith("encoder.") and parameter.dim() == 2)
    return encoder


def _low_rank(model: RouterModel, settings: RouterSettings, folder: Path) -> dict[str, tuple[Any, Any]]:
    """After "full": weight name -> (up, down), the best low-rank difference; the encoder is set to what it gives.

    Both parts are kept in 8 bits (Micikevicius et al., "FP8 Formats for Deep Learning", 2022), so twice the rank fits.
    """
    import torch

    if settings.method != "full" or not settings.rank:
        return {}
    before = dict(plain_encoder(folder)[0].named_parameters())
    pairs = {}
    with torch.no_grad():
        for name, weight in model.encoder.named_parameters():
            if not weight.requires_grad:
                continue
            left, values, right = torch.linalg.svd(weight - before[name], full_matrices=False)
            root = values[: settings.rank].sqrt() * _FACTOR
            up, down = (
                each.to(torch.float8_e4m3fn)
                for each in (left[:, : settings.rank] * root, root[:, None] * right[: settings.rank])
            )
            weight.copy_(before[name] + up.float() @ down.float() / _FACTOR**2)
            pairs[name] = (up.contiguous(), down.contiguous())
    return pairs


def _batches(made: list[Example], size: int, chance: random.Random) -> list[list[Example]]:
    """Batches of messages of about the same length, so that little is padding, in random order."""
    ordered = sorted(
        made, key=lambda example: (len(example.pair[0]) + len(example.pair[1])) * chance.uniform(0.8, 1.25)
    )
    batches = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    chance.shuffle(batches)
    return batches


def _write(
    folder: Path,
    model: RouterModel,
    pairs: Mapping[str, tuple[Any, Any]],
    settings: RouterSettings,
    temperature: float,
    sure: float,
    figures: Mapping[str, float],
) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    if settings.rank:
        _write_adapter(folder, model, pairs, settings)
    factor = settings.scale / temperature
    tensors: dict[str, Any] = {}
    for role, head in model.roles.items():
        tensors[f"{role}.weight"] = (head.weight.detach() * factor).contiguous()
        tensors[f"{role}.bias"] = (head.bias.detach() * factor).contiguous()
        tensors[f"{role}.attended"] = (model.attended[role].weight.detach() / temperature).contiguous()
    tensors["attention"] = model.attention.weight.detach()
    for name, head in model.arguments.items():
        tensors |= {f"{name}.weight": head.weight.detach(), f"{name}.bias": head.bias.detach()}
    save_file(tensors, folder / "heads.safetensors")
    read = {"encoder": ENCODER_NAME, "classes": model.classes, "sure": sure, "none": NONE}
    card = {"settings": asdict(settings), "temperature": temperature, "test": figures}
    (folder / "router.json").write_text(json.dumps({**read, "arguments": asdict(model.labels), **card}, indent=1))


def _write_adapter(
    folder: Path, model: RouterModel, pairs: Mapping[str, tuple[Any, Any]], settings: RouterSettings
) -> None:
    """The adapter as peft writes it."""
    from safetensors.torch import save_file

    if pairs:
        tensors: dict[str, Any] = {}
        for name, (up, down) in pairs.items():
            stem = "base_model.model." + name.removesuffix("weight")
            tensors |= {f"{stem}lora_A.weight": down, f"{stem}lora_B.weight": up}
        save_file(tensors, folder / "adapter_model.safetensors")
        config: dict[str, Any] = {"peft_type": "LORA", "r": settings.rank, "lora_alpha": settings.rank / _FACTOR**2}
        config["target_modules"] = _MATRICES
    else:
        model.encoder.half().save_pretrained(folder)
        config = json.loads((folder / "adapter_config.json").read_text())
        (folder / "README.md").unlink(missing_ok=True)
    config["base_model_name_or_path"] = ENCODER_NAME
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True))
