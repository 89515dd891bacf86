"""The encoder with all its heads while it is trained, and how far it is from right. Knows tensors, no files.

Loss: cross-entropy for the tool of each role and for each word's tag (masked to the arguments of the right tool) and
each choice, binary cross-entropy for what holds on from the call before. With a consistency weight each message is read
twice, and the two readings that dropout makes are drawn together (Wu et al., "R-Drop", 2021).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.language.encoder_text import MAX_TOKENS, tokenize
from assistant.language.reading import WISHES, ArgumentLabels
from assistant.language.router import NONE, Heads, first_tokens
from assistant.training.router_data import Example
from retrieval.bert import load_tokenizer

_WIDTH = 384
POOLS = 4  # attention-weighted means of the tokens' vectors, beside the plain one
STAFF_WEIGHT = 0.2  # a staff question asked by a customer is one of very many: it counts less than the customers' own
_TAG_WEIGHT, _CHOICE_WEIGHT, _KEPT_WEIGHT, _WISHES_WEIGHT = 1.0, 0.4, 0.4, 0.4


class RouterModel:
    """Encoder, heads and loss."""

    def __init__(
        self,
        encoder: Any,
        tokenizer: Any,
        classes: Mapping[str, Sequence[str]],
        labels: ArgumentLabels,
        *,
        scale: float,
        smoothing: float,
        consistency: float = 0.0,
    ) -> None:
        """Makes the heads.

        Args:
            encoder: gives vectors of 384.
            tokenizer: of the encoder, by `load_tokenizer`.
            classes: role -> its tools and NONE.
            labels: of the argument heads.
            scale: logits per unit of cosine at the start.
            smoothing: of the tools' labels.
            consistency: weight of the divergence between two readings of a message; 0 reads it once.
        """
        import torch

        self.encoder, self.tokenizer, self.classes, self.labels = encoder, tokenizer, classes, labels
        self.scale, self._smoothing, self._consistency = scale, smoothing, consistency
        sizes = {
            "tags": labels.tags,
            "kept": len(labels.spans),
            "wishes": len(WISHES),
            **{f"choice.{name}": len(values) for name, values in labels.choices.items()},
        }
        self.roles = {role: torch.nn.Linear(_WIDTH, len(names)) for role, names in classes.items()}
        self.attention = torch.nn.Linear(_WIDTH, POOLS, bias=False)
        self.attended = {
            role: torch.nn.Linear(POOLS * _WIDTH, len(names), bias=False) for role, names in classes.items()
        }
        self.arguments = {name: torch.nn.Linear(_WIDTH, size) for name, size in sizes.items()}
        for head in self._heads():
            torch.nn.init.normal_(head.weight, std=0.02)

    def go_on_from(self, heads: Heads) -> None:
        """Takes over the heads of a trained router wherever a tool, argument or choice has the same name."""
        import torch

        def copy(head: Any, names: Sequence[Any], given: Any, known: Sequence[Any], factor: float = 1.0) -> None:
            places = [(row, known.index(name)) for row, name in enumerate(names) if name in known]
            rows, sources = ([place[side] for place in places] for side in (0, 1))
            for parameter, saved in zip((head.weight, head.bias), given, strict=False):
                if parameter is not None:
                    parameter[rows] = torch.from_numpy(saved[sources]) * factor

        before, now = heads.labels, self.labels
        with torch.no_grad():
            self.attention.weight.copy_(torch.from_numpy(heads.attention))
            for role, (names, weight, bias, attended) in heads.roles.items():
                copy(self.roles[role], self.classes[role], (weight, bias), names, 1 / self.scale)
                copy(self.attended[role], self.classes[role], (attended,), names)
            copy(self.arguments["tags"], now.tag_names, heads.arguments["tags"], before.tag_names)
            copy(self.arguments["kept"], now.spans, heads.arguments["kept"], before.spans)
            if "wishes" in heads.arguments:
                copy(self.arguments["wishes"], WISHES, heads.arguments["wishes"], WISHES)
            for name, values in now.choices.items():
                if name in before.choices:
                    head = self.arguments[f"choice.{name}"]
                    copy(head, values, heads.arguments[f"choice.{name}"], before.choices[name])

    def _heads(self) -> list[Any]:
        return [*self.roles.values(), *self.attended.values(), *self.arguments.values(), self.attention]

    def head_parameters(self) -> list[Any]:
        """The parameters of all heads."""
        return [p for head in self._heads() for p in head.parameters()]

    def loss(self, batch: Sequence[Example]) -> Any:
        """The loss of a batch, a scalar."""
        once = len(batch)
        if self._consistency:
            batch = [*batch, *batch]
        inputs, hidden = self._hidden(batch)
        pooled = self._pooled(inputs, hidden)
        apart = self._consistency * self._divergence(batch, once, *pooled) if self._consistency else 0.0
        return (
            apart
            + self._tool_loss(batch, *pooled)
            + _TAG_WEIGHT * self._tag_loss(batch, inputs, hidden)
            + _CHOICE_WEIGHT * self._choice_loss(batch, hidden[:, 0])
            + _KEPT_WEIGHT * self._kept_loss(batch, hidden[:, 0])
            + _WISHES_WEIGHT * self._wishes_loss(batch, hidden[:, 0])
        )

    def logits(self, made: Sequence[Example]) -> dict[str, Any]:
        """Per role the logits of its examples, (n, classes)."""
        import torch

        found: dict[str, list[Any]] = {role: [] for role in self.roles}
        with torch.inference_mode():
            for start in range(0, len(made), 64):
                part = made[start : start + 64]
                pooled = self._pooled(*self._hidden(part))
                for role, listed in found.items():
                    rows = [i for i, example in enumerate(part) if role in example.labels]
                    listed.append(self._tool_logits(role, rows, *pooled))
        return {role: torch.cat(listed) for role, listed in found.items()}

    def _pooled(self, inputs: Any, hidden: Any) -> tuple[Any, Any]:
        """The mean of the tokens' vectors (n, d), and what the attention of each pool looks at (n, POOLS * d)."""
        import torch

        scores = self.attention(hidden).masked_fill(inputs.tensors["attention_mask"][:, :, None] == 0, -torch.inf)
        attended = torch.einsum("ntp,ntd->npd", scores.softmax(1), hidden)
        return mean_pool(hidden, inputs.tensors["attention_mask"]), attended.flatten(1)

    def _tool_logits(self, role: str, rows: Sequence[int], mean: Any, attended: Any) -> Any:
        kept = list(rows)
        return self.scale * self.roles[role](mean[kept]) + self.attended[role](attended[kept])

    def _hidden(self, batch: Sequence[Example]) -> tuple[Any, Any]:
        import torch

        inputs = tokenize(self.tokenizer, [example.pair for example in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.is_grad_enabled()):
            hidden = self.encoder(**inputs.tensors).last_hidden_state
        return inputs, hidden.float()

    def _tool_loss(self, batch: Sequence[Example], mean: Any, attended: Any) -> Any:
        import torch

        total = torch.zeros(())
        for role in self.roles:
            rows = [i for i, example in enumerate(batch) if role in example.labels]
            if not rows:
                continue
            wanted = torch.tensor([self.classes[role].index(batch[i].labels[role]) for i in rows])
            weight = torch.tensor([STAFF_WEIGHT if of_staff(batch[i], role) else 1.0 for i in rows])
            each = torch.nn.functional.cross_entropy(
                self._tool_logits(role, rows, mean, attended),
                wanted,
                label_smoothing=self._smoothing,
                reduction="none",
            )
            total = total + (each * weight).sum() / len(batch)
        return total

    def _divergence(self, batch: Sequence[Example], once: int, mean: Any, attended: Any) -> Any:
        """Symmetric Kullback-Leibler divergence of the tools' chances between the two halves of a batch, a scalar."""
        import torch

        total = torch.zeros(())
        for role in self.roles:
            rows = [i for i in range(once) if role in batch[i].labels and not of_staff(batch[i], role)]
            if rows:
                first, second = (
                    self._tool_logits(role, [i + shift for i in rows], mean, attended).log_softmax(-1)
                    for shift in (0, once)
                )
                total = total + ((first.exp() - second.exp()) * (first - second)).sum() / 2
        return total / once

    def _tag_loss(self, batch: Sequence[Example], inputs: Any, hidden: Any) -> Any:
        """Mean over the examples that open an argument of the mean over their words."""
        import torch

        vectors, wanted, barred, weights = [], [], [], []
        for row, example in enumerate(batch):
            if not example.arguments.open:
                continue
            first, words = first_tokens(inputs, row)
            if not len(first):
                continue
            vectors.append(hidden[row, first.tolist()])
            wanted += self._tags(example, words.tolist())
            barred.append(self._barred(example).expand(len(first), -1))
            weights += [1 / len(first)] * len(first)
        if not vectors:
            return torch.zeros(())
        logits = self.arguments["tags"](torch.cat(vectors)) + torch.cat(barred)
        each = torch.nn.functional.cross_entropy(logits, torch.tensor(wanted), reduction="none")
        return (each * torch.tensor(weights)).sum() / len(batch)

    def _tags(self, example: Example, words: Sequence[tuple[int, int]]) -> list[int]:
        tags = [0] * len(words)
        for argument, start, end in example.arguments.spans:
            within = [place for place, (first, last) in enumerate(words) if first < end and start < last]
            for order, place in enumerate(within):
                tags[place] = self.labels.begin(argument) + (order > 0)
        return tags

    def _barred(self, example: Example) -> Any:
        """(1, tags): 0 for the tags of arguments that are open here, minus infinity for the others."""
        import torch

        mask = torch.full((1, self.labels.tags), -torch.inf)
        mask[0, 0] = 0.0
        for argument in example.arguments.open:
            begin = self.labels.begin(argument)
            mask[0, begin : begin + 2] = 0.0
        return mask

    def _choice_loss(self, batch: Sequence[Example], first: Any) -> Any:
        import torch

        total = torch.zeros(())
        for name, values in self.labels.choices.items():
            rows = [i for i, example in enumerate(batch) if name in example.arguments.choices]
            if rows:
                wanted = torch.tensor([values.index(batch[i].arguments.choices[name]) for i in rows])
                each = torch.nn.functional.cross_entropy(
                    self.arguments[f"choice.{name}"](first[rows]), wanted, reduction="sum"
                )
                total = total + each / len(batch)
        return total

    def _kept_loss(self, batch: Sequence[Example], first: Any) -> Any:
        import torch

        places = [
            (row, self.labels.spans.index(name), float(held))
            for row, example in enumerate(batch)
            for name, held in example.arguments.kept.items()
        ]
        if not places:
            return torch.zeros(())
        rows, columns, held = zip(*places, strict=True)
        logits = self.arguments["kept"](first[list(rows)])[torch.arange(len(rows)), list(columns)]
        each = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.tensor(held), reduction="sum")
        return each / len(batch)

    def _wishes_loss(self, batch: Sequence[Example], first: Any) -> Any:
        import torch

        wanted = torch.tensor([WISHES.index(example.wishes) for example in batch])
        return torch.nn.functional.cross_entropy(self.arguments["wishes"](first), wanted)


def mean_pool(hidden: Any, mask: Any) -> Any:
    """Mean over real tokens, normalised. hidden: (n, tokens, d); mask: (n, tokens) -> (n, d)."""
    import torch

    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9), dim=-1)


def of_staff(example: Example, role: str) -> bool:
    """Whether this role asks what only the other one may: it is NONE here and a tool there."""
    return example.labels[role] == NONE and len(set(example.labels.values())) > 1


def plain_encoder(folder: Path) -> tuple[Any, Any]:
    """The packaged encoder, nothing of it to be trained yet, and its tokenizer."""
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder, local_files_only=True)
    model.requires_grad_(False)
    return model, load_tokenizer(folder, MAX_TOKENS)
