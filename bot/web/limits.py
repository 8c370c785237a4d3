"""How often one visitor may do one thing: a bucket that refills with time."""

from collections.abc import Callable
from time import monotonic

KEPT = 10_000  # buckets remembered; beyond that the fullest are dropped, which only ever favours the visitor


class Limits:
    """Token buckets by name. `allow` takes one token and says whether there was one."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def allow(self, name: str, burst: int, per_minute: float) -> bool:
        """Whether `name` may do it once more: at most `burst` at once, `per_minute` in the long run."""
        now = self._now()
        left, at = self._buckets.get(name, (float(burst), now))
        left = min(float(burst), left + (now - at) * per_minute / 60)
        self._buckets[name] = (max(left - 1, 0.0) if left >= 1 else left, now)
        if len(self._buckets) > KEPT:
            self._shrink()
        return left >= 1

    def _shrink(self) -> None:
        """Forget the buckets not used for longest."""
        oldest = sorted(self._buckets, key=lambda name: self._buckets[name][1])
        for name in oldest[: KEPT // 2]:
            del self._buckets[name]
