"""Keeps fitted models in the shop's `models/` folder, each replaced in one step. Knows no model."""

import json
import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from analytics.errors import NotFitted


def _whole(model: Any) -> Any:
    """The model, if its records have all the fields that they have today.

    Raises:
        AttributeError: one lacks a field: an older version wrote it.
    """
    seen: set[int] = set()
    waiting = [model]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if is_dataclass(each) and not isinstance(each, type):
            waiting += [getattr(each, kept.name) for kept in fields(each)]
        elif isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, (list, tuple)) and each and not isinstance(each[0], (str, int, float)):
            waiting += each
    return model


NOTED = "fitted.json"  # what the last fit did: {"fitted": [...], "missing": {name: why}, ...}


class ModelStore:
    """Fitted models by name, loaded once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._loaded: dict[str, Any] = {}

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.joblib"

    def save(self, name: str, model: Any) -> None:
        """Writes the model beside its place, then moves it there."""
        import joblib

        self.folder.mkdir(parents=True, exist_ok=True)
        building = self._path(name).with_suffix(".building")
        joblib.dump(model, building, compress=1)
        os.replace(building, self._path(name))
        self._loaded.pop(name, None)

    def load(self, name: str) -> Any:
        """The fitted model.

        Raises:
            NotFitted: it has not been fitted, or by an incompatible version.
        """
        if name not in self._loaded:
            import joblib

            path = self._path(name)
            if not path.exists():
                raise NotFitted(self._why_missing(name))
            try:
                self._loaded[name] = _whole(joblib.load(path))
            except Exception as broken:  # what a damaged or outdated pickle raises cannot be listed
                raise NotFitted(
                    f"The fitted model for {name} cannot be read ({type(broken).__name__}): "
                    "run `retail-assistant fit` again."
                ) from broken
        return self._loaded[name]

    def _why_missing(self, name: str) -> str:
        """What the last fit said of a model that the shop cannot have, else that it was not fitted yet."""
        try:
            why = json.loads((self.folder / NOTED).read_text(encoding="utf-8"))["missing"][name]
        except (OSError, ValueError, KeyError, TypeError):
            return f"The model for {name} has not been fitted for this shop yet: run `retail-assistant fit`."
        return f"This can't be told for this shop. {why}"

    def remove(self, name: str) -> None:
        """Takes away a model that is no longer true of the shop; nothing where there is none."""
        self._path(name).unlink(missing_ok=True)
        self._loaded.pop(name, None)

    def names(self) -> tuple[str, ...]:
        """The models that have been fitted."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.joblib")))
