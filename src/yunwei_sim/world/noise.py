"""Repeatable chance: the same seed, purpose and keys always give the same draw. Holds no state.

A stream of random numbers would make every value depend on how many were drawn before it; a hash
of (seed, purpose, keys) lets any desktop, user and day be computed alone and in any order.
"""

import zlib

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Longs = npt.NDArray[np.int64]
type Key = int | npt.NDArray[np.integer]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 1.0 / (1 << 53)


def _mix(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """SplitMix64 finaliser (Steele, Lea, Flood 2014): every input bit reaches every output bit."""
    value = value + _GOLDEN
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


class Noise:
    """Draws for one world. `purpose` keeps two uses of the same keys independent."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def bits(self, purpose: str, *keys: Key) -> npt.NDArray[np.uint64]:
        """Return 64 hashed bits per element; keys broadcast against each other."""
        with np.errstate(over="ignore"):
            state = _mix(np.asarray(self.seed % (1 << 63), dtype=np.uint64))
            state = _mix(state ^ np.uint64(zlib.crc32(purpose.encode())))
            for key in keys:
                state = _mix(state ^ np.asarray(key, dtype=np.int64).astype(np.uint64))
        return np.asarray(state, dtype=np.uint64)

    def uniform(self, purpose: str, *keys: Key) -> Floats:
        """Return values in [0, 1)."""
        return (self.bits(purpose, *keys) >> np.uint64(11)).astype(np.float64) * _UNIT

    def normal(self, purpose: str, *keys: Key) -> Floats:
        """Return standard normal values, cut at 3 so that nobody arrives at midnight by chance."""
        radius = np.sqrt(-2.0 * np.log(1.0 - self.uniform(purpose, 1, *keys)))
        angle = 2.0 * np.pi * self.uniform(purpose, 2, *keys)
        return np.clip(radius * np.cos(angle), -3.0, 3.0)

    def exponential(self, purpose: str, *keys: Key) -> Floats:
        """Return exponential values with mean 1, cut at 4."""
        return np.minimum(-np.log(1.0 - self.uniform(purpose, *keys)), 4.0)

    def between(self, low: float, high: float, purpose: str, *keys: Key) -> Floats:
        """Return values evenly spread in [low, high)."""
        return low + (high - low) * self.uniform(purpose, *keys)

    def one(self, purpose: str, *keys: int) -> float:
        """Return a single value in [0, 1)."""
        return float(self.uniform(purpose, *keys))

    def pick(self, size: int, purpose: str, *keys: Key) -> Longs:
        """Return indexes in [0, size)."""
        return (self.uniform(purpose, *keys) * size).astype(np.int64)
