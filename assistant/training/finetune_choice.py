"""Fine-tunes the embedded language model to tell which tool a message means: LoRA on its first blocks, a head a role.

The weights below are those of the model merged with its adapter, so nothing is kept twice when it answers: what is
learnt here is a low-rank difference that is added while a message is read (`tool_choice`). Examples are the router's.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.language.tool_choice import LONGEST, choice_text, save_choice
from assistant.language.weights import BASE_NAME, SHIPPED_ADAPTER, load_base, merge
from assistant.training.batches import fitting
from assistant.training.finetune_language import TARGETS
from assistant.training.router_data import Example
from assistant.training.router_model import STAFF_WEIGHT, of_staff

_WARM_UP = 60  # steps
_SCALE = 2.0  # alpha / r of the low-rank matrices
_LEAST_RATE = 0.03  # of the full one, at the end
_SPREAD = 0.1  # how far batches mix lengths

Batch = tuple[list[Example], list[list[int]]]


@dataclass(frozen=True)
class ChoiceSettings:
    """How the choice is trained.

    Attributes:
        layers: blocks that are read.
        first_layer: the first one that is adapted; those before it cost no backward pass.
        rank: of the low-rank difference; alpha is twice as much.
        batch_tokens: tokens of one step, padding included.
    """

    layers: int = 16
    first_layer: int = 4
    rank: int = 16
    epochs: int = 2
    rate: float = 8e-4
    head_rate: float = 2e-3
    smoothing: float = 0.05
    dropout: float = 0.05
    batch_tokens: int = 1536
    seed: int = 11

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a setting is out of its range.
        """
        if not 0 <= self.first_layer < self.layers or min(self.rank, self.epochs) < 1 or self.batch_tokens < LONGEST:
            raise ValueError(
                f"0 <= first_layer < layers, rank, epochs >= 1 and batch_tokens >= {LONGEST} are expected; got {self}."
            )


class ChoiceModel:
    """The model's first blocks with adapters, and the heads, while they are trained."""

    def __init__(
        self, causal: Any, tokenizer: Any, classes: Mapping[str, Sequence[str]], settings: ChoiceSettings
    ) -> None:
        """Adapts a causal language model of the Llama family; its later blocks are dropped.

        Args:
            causal: merged with the adapter beside which the choice will lie.
            tokenizer: of the model.
            classes: role -> its tools and NONE.
            settings: how.
        """
        import torch
        from peft import LoraConfig, get_peft_model

        self._tokenizer, self.classes, self._settings = tokenizer, classes, settings
        causal.model.layers = causal.model.layers[: settings.layers]
        causal.config.num_hidden_layers = len(causal.model.layers)
        causal.lm_head = torch.nn.Identity()
        config = LoraConfig(
            r=settings.rank,
            lora_alpha=_SCALE * settings.rank,
            lora_dropout=settings.dropout,
            target_modules=TARGETS,
            layers_to_transform=list(range(settings.first_layer, len(causal.model.layers))),
        )
        self.body = get_peft_model(causal.to(torch.bfloat16), config).get_base_model().model
        width = 2 * causal.config.hidden_size
        self.heads = {role: torch.nn.Linear(width, len(names)) for role, names in classes.items()}
        for head in self.heads.values():
            torch.nn.init.normal_(head.weight, std=0.01)

    def batches(self, made: Sequence[Example], chance: random.Random) -> list[Batch]:
        """Examples with their tokens, in batches of about the same length, in random order."""
        ids = [self._tokenizer(choice_text(each.pair), add_special_tokens=False)["input_ids"] for each in made]
        ids = [each[-LONGEST:] for each in ids]
        order = sorted(range(len(made)), key=lambda row: len(ids[row]) * chance.uniform(1 - _SPREAD, 1 + _SPREAD))
        rows = list(fitting(order, lambda row: len(ids[row]), self._settings.batch_tokens))
        chance.shuffle(rows)
        return [([made[row] for row in part], [ids[row] for row in part]) for part in rows]

    def loss(self, batch: Batch) -> Any:
        """Mean cross-entropy over both roles, a scalar."""
        import torch
        from torch.nn import functional

        made, ids = batch
        vectors, total = self._pooled(ids), torch.zeros(())
        for role, head in self.heads.items():
            rows = [row for row, each in enumerate(made) if role in each.labels]
            if rows:
                wanted = torch.tensor([self.classes[role].index(made[row].labels[role]) for row in rows])
                weight = torch.tensor([STAFF_WEIGHT if of_staff(made[row], role) else 1.0 for row in rows])
                each = functional.cross_entropy(
                    head(vectors[rows]), wanted, label_smoothing=self._settings.smoothing, reduction="none"
                )
                total = total + (each * weight).sum() / len(made)
        return total

    def right(self, batches: Sequence[Batch]) -> dict[str, float]:
        """The share of each role's own examples whose tool is found."""
        import torch

        counts = {role: [0, 0] for role in self.classes}
        self.body.eval()
        with torch.inference_mode():
            for made, ids in batches:
                vectors = self._pooled(ids)
                for row, each in enumerate(made):
                    for role, head in self.heads.items():
                        if role in each.labels and not of_staff(each, role):
                            found = self.classes[role][int(head(vectors[row]).argmax())]
                            counts[role][0] += 1
                            counts[role][1] += found == each.labels[role]
        self.body.train()
        return {role: round(right / max(asked, 1), 4) for role, (asked, right) in counts.items()}

    def head_parameters(self) -> list[Any]:
        """The parameters of all heads."""
        return [parameter for head in self.heads.values() for parameter in head.parameters()]

    def trained(self) -> dict[str, Any]:
        """The low-rank matrices, under the names that `packing.packed_changes` reads."""
        return {
            name.replace(".default", ""): value.detach().float()
            for name, value in self.body.named_parameters()
            if value.requires_grad
        }

    def _pooled(self, ids: Sequence[list[int]]) -> Any:
        """As `tool_choice.pooled`, for a batch: (n, 2 d)."""
        import torch
        from torch.nn import functional

        longest = max(map(len, ids))
        tokens = torch.tensor([each + [0] * (longest - len(each)) for each in ids])
        real = torch.tensor([[1] * len(each) + [0] * (longest - len(each)) for each in ids])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.body(input_ids=tokens, attention_mask=real).last_hidden_state
        hidden = hidden.float()
        mean = (hidden * real[:, :, None]).sum(1) / real.sum(1, keepdim=True)
        last = hidden[torch.arange(len(ids)), real.sum(1) - 1]
        return torch.cat([functional.rms_norm(each, each.shape[-1:]) for each in (mean, last)], 1)


def finetune_choice(
    epoch_examples: Callable[[], list[Example]],
    validation: Sequence[Example],
    classes: Mapping[str, Sequence[str]],
    settings: ChoiceSettings,
    folder: Path = SHIPPED_ADAPTER,
    report: Callable[[str], None] = lambda line: None,
) -> dict[str, float]:
    """Trains and writes the choice beside an adapter of the embedded model; after each epoch, so that none is lost.

    Args:
        epoch_examples: gives the training messages of an epoch, slots filled anew.
        validation: messages that only measure.
        classes: role -> its tools and NONE.
        settings: how.
        folder: of the adapter that the model is merged with; the file is written there.
        report: takes a line of progress.

    Returns:
        Share of right tools on the validation messages by role.
    """
    import torch

    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    causal, tokenizer = load_base()
    merge(causal, folder, BASE_NAME)
    model = ChoiceModel(causal, tokenizer, classes, settings)
    held_out = model.batches(validation, chance)
    adapted = [each for each in model.body.parameters() if each.requires_grad]
    groups = [{"params": adapted, "lr": settings.rate}, {"params": model.head_parameters(), "lr": settings.head_rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.99))
    epochs = [model.batches(epoch_examples(), chance) for _ in range(settings.epochs)]
    steps = sum(map(len, epochs))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    figures: dict[str, float] = {}
    for place, batches in enumerate(epochs):
        for step, batch in enumerate(batches, 1):
            loss = model.loss(batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(adapted, 1.0)
            optimiser.step()
            schedule.step()
            if step % 50 == 0:
                report(f"epoch {place + 1}, step {step} of {len(batches)}: loss {loss.item():.3f}")
        heads = {role: (tuple(model.classes[role]), each.weight, each.bias) for role, each in model.heads.items()}
        save_choice(folder, model.trained(), heads, len(model.body.layers), _SCALE)
        figures = model.right(held_out)
        report(f"epoch {place + 1} of {settings.epochs}: right on validation {figures}, {asdict(settings)}")
    return figures


def _rate(step: int, steps: int) -> float:
    """Warm-up, then linearly down."""
    return min(1.0, (step + 1) / _WARM_UP) * max(_LEAST_RATE, 1 - step / steps)
