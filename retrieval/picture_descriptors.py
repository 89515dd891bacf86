"""Dense local descriptors of a picture: which way its edges run and what colours lie around each point. Knows no model.

Edges: 4 x 4 cells with 8 directions as in SIFT (Lowe, IJCV 2004), square-rooted (Arandjelović, Zisserman, CVPR 2012).
Colours: mean and spread of L*, a*, b* in the same cells (as the local colour statistics of Clinchant et al., 2007).
"""

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL.Image import Image

Array = npt.NDArray[np.float32]
SIDE: Final = 128  # pixels of the longest side
SCALES: Final = (1.0, 0.71, 0.5)
CELL: Final = 4
STEP: Final = 4
EDGES, COLOURS = 128, 96
_FLAT: Final = 0.05  # added to the strength of the edges, so that noise on a plain surface counts little
_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
_WHITE = np.array([0.95047, 1.0, 1.08883])


def describe(picture: "Image") -> tuple[Array, Array, Array]:
    """Descriptors at points of a grid, over several scales.

    Returns:
        edges, shape (n, 128); colours, shape (n, 96); places of the points (down, across), 0 to 1, shape (n, 2).
    """
    edges, colours, places = [], [], []
    scale = SIDE / max(picture.size)
    for part in SCALES:
        width, height = (max(round(side * scale * part), 4 * CELL + 2) for side in picture.size)
        colour = lab(np.asarray(picture.resize((width, height), 2)))  # 2: bilinear
        cells, place = _grid(_directions(colour[..., 0]))
        strength = cells.sum(axis=1, keepdims=True)
        edges.append(np.sqrt(np.maximum(cells, 0) / (np.maximum(strength, 0) + _FLAT)))
        cells, _ = _grid(np.concatenate([colour, colour * colour], axis=2))
        mean, square = np.split(cells.reshape(len(cells), 16, 6) / CELL**2, 2, axis=2)
        spread = 2 * np.sqrt(np.maximum(square - mean * mean, 0))
        colours.append(np.concatenate([mean, spread], axis=2).reshape(len(cells), COLOURS))
        places.append(place)
    return np.concatenate(edges), np.concatenate(colours), np.concatenate(places)


def lab(rgb: npt.NDArray[np.uint8]) -> Array:
    """CIE L*a*b* of 8-bit sRGB under D65, L* as 0 to 1 and a*, b* by about the same measure, shape (..., 3)."""
    linear = _LINEAR[rgb]
    xyz = (linear @ _XYZ.T.astype(np.float32)) / _WHITE.astype(np.float32)
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([1.16 * y - 0.16, 4 * (x - y), 1.6 * (y - z)], axis=-1).astype(np.float32)


def _linear_light() -> Array:
    value = np.arange(256) / 255
    return np.where(value > 0.04045, ((value + 0.055) / 1.055) ** 2.4, value / 12.92).astype(np.float32)


_LINEAR = _linear_light()


def _directions(light: Array) -> Array:
    """The strength of the edges by direction, shared between the two nearest of 8, shape (height, width, 8)."""
    down, across = np.gradient(light)
    strength = np.hypot(down, across)
    turn = (np.arctan2(down, across) % (2 * np.pi)) * (8 / (2 * np.pi))
    lower = np.floor(turn)
    upper_part = turn - lower
    maps = np.zeros((light.size, 8), np.float32)
    each, first = np.arange(light.size), lower.astype(int).ravel() % 8
    maps[each, first] = (strength * (1 - upper_part)).ravel()
    maps[each, (first + 1) % 8] += (strength * upper_part).ravel()
    return maps.reshape(*light.shape, 8)


def _grid(maps: Array) -> tuple[Array, Array]:
    """Sums over 4 x 4 cells around the points of a grid, shape (n, 16 channels), and their places, shape (n, 2)."""
    sums = np.zeros((maps.shape[0] + 1, maps.shape[1] + 1, maps.shape[2]))
    sums[1:, 1:] = maps.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    cell = sums[CELL:, CELL:] - sums[:-CELL, CELL:] - sums[CELL:, :-CELL] + sums[:-CELL, :-CELL]
    down, across = (np.arange(0, side - 3 * CELL, STEP) for side in cell.shape[:2])
    around = [cell[np.ix_(down + row * CELL, across + column * CELL)] for row in range(4) for column in range(4)]
    found = np.stack(around, axis=2).reshape(len(down) * len(across), -1)
    places = np.meshgrid((down + 2 * CELL) / maps.shape[0], (across + 2 * CELL) / maps.shape[1], indexing="ij")
    return found.astype(np.float32), np.stack([each.ravel() for each in places], axis=1).astype(np.float32)
