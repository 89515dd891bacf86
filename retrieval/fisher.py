"""Fisher vectors: many local descriptors -> one vector, by how they differ from a Gaussian mixture. Knows no picture.

Perronnin, Sánchez and Mensink, ECCV 2010 (the improved form: signed square root, then length 1). A third part tells
where in the picture each Gaussian's descriptors lie, in place of a pyramid (after Krapac et al., ICCV 2011).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
STEPS: Final = 25
LEAST: Final = 1e-3  # shares of a Gaussian below this count as none
PLACE_SPREAD: Final = 0.29  # standard deviation of places that are spread evenly over 0 to 1


@dataclass(frozen=True)
class Mixture:
    """A diagonal Gaussian mixture over rotated descriptors.

    Attributes:
        centre: shape (d,); rotation: shape (d, k): of the principal components.
        weights: shape (g,); means, variances: shape (g, k).
    """

    centre: Array
    rotation: Array
    weights: Array
    means: Array
    variances: Array

    @property
    def size(self) -> int:
        """Length of `encode`'s vectors."""
        return 2 * self.means.size + 2 * len(self.weights)

    def encode(self, descriptors: Array, places: Array) -> Array:
        """One picture's Fisher vector, of length 1, shape (size,).

        Args:
            descriptors: shape (n, d).
            places: down and across, 0 to 1, shape (n, 2).
        """
        turned = np.asarray((descriptors - self.centre) @ self.rotation, dtype=np.float32)
        shares = self._shares(turned)
        count = len(turned)
        zeroth, first, second = shares.sum(axis=0) / count, shares.T @ turned / count, shares.T @ turned**2 / count
        root, spread = np.sqrt(self.weights)[:, None], np.sqrt(self.variances)
        by_mean = (first - zeroth[:, None] * self.means) / (root * spread)
        gap = second - 2 * first * self.means + zeroth[:, None] * (self.means**2 - self.variances)
        by_spread = gap / (root * np.sqrt(2) * self.variances)
        by_place = shares.T @ ((places - 0.5) / PLACE_SPREAD) / count / root
        parts = (_evened(np.concatenate([by_mean, by_spread]).ravel()), _evened(by_place.ravel()))
        return np.concatenate([np.float32(0.9) * parts[0], np.float32(0.19**0.5) * parts[1]])

    def _shares(self, turned: Array) -> Array:
        """How much each Gaussian accounts for each descriptor, rows sum to 1, shape (n, g)."""
        precision = 1 / self.variances
        constant = np.log(self.weights) - 0.5 * (np.log(self.variances) + self.means**2 * precision).sum(axis=1)
        odds = constant + turned @ (self.means * precision).T - 0.5 * turned**2 @ precision.T
        shares = np.exp(odds - odds.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return np.asarray(np.where(shares < LEAST, 0, shares), dtype=np.float32)


def fit_mixture(descriptors: Array, components: int, gaussians: int, seed: int = 0) -> Mixture:
    """Learns it from a sample of descriptors, shape (n, d)."""
    import warnings

    from sklearn.decomposition import PCA
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    turning = PCA(min(components, descriptors.shape[1]), random_state=seed).fit(descriptors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last steps hardly change a vocabulary
        mixture = GaussianMixture(
            gaussians, covariance_type="diag", max_iter=STEPS, reg_covar=1e-4, random_state=seed
        ).fit(turning.transform(descriptors))
    arrays = (turning.mean_, turning.components_.T, mixture.weights_, mixture.means_, mixture.covariances_)
    return Mixture(*(np.asarray(each, dtype=np.float32) for each in arrays))


def _evened(vector: npt.NDArray[Any]) -> Array:
    """Signed square root, then length 1."""
    rooted = np.sign(vector) * np.sqrt(np.abs(vector))
    return np.asarray(rooted / (np.linalg.norm(rooted) or 1.0), dtype=np.float32)
