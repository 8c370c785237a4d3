"""Learns trees that put right articles first: gradient boosting on pairs, weighed by what a swap would gain (LambdaMART).

Plain numpy, and the same data give the same trees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.laws.trees import Trees

Rows = NDArray[Any]
FAR = 30.0


@dataclass(frozen=True)
class Plan:
    """How to learn. `columns` is the share of features each tree may use, `shrink` keeps small leaves small."""

    trees: int = 250
    depth: int = 5
    rate: float = 0.06
    shrink: float = 2.0
    bins: int = 48
    columns: float = 0.6
    seed: int = 0


class Lists:
    """The rows of several questions side by side, padded to one length."""

    def __init__(self, right: Rows, sizes: Rows) -> None:
        starts = np.cumsum(sizes) - sizes
        question = np.repeat(np.arange(len(sizes)), sizes)
        self._shape = (len(sizes), int(sizes.max()))
        self._flat = question * self._shape[1] + np.arange(len(right)) - starts[question]
        self._right = np.zeros(self._shape, bool)
        self._right.flat[self._flat] = right
        there = np.zeros(self._shape, bool)
        there.flat[self._flat] = True
        self._wrong = there & ~self._right
        counts = self._right.sum(1)
        gains = np.cumsum(1 / np.log2(np.arange(self._shape[1]) + 2.0))
        self._ideal = gains[np.maximum(counts, 1) - 1]
        order = np.argsort(~self._right, 1, kind="stable")
        self._places = [(asked := np.flatnonzero(counts > n), order[asked, n]) for n in range(int(counts.max()))]

    def gradients(self, score: Rows) -> tuple[Rows, Rows]:
        """First and second derivative of the loss for every row."""
        table = np.full(self._shape, -np.inf)
        table.flat[self._flat] = score
        rank = np.argsort(np.argsort(-table, 1, kind="stable"), 1)
        worth = 1 / np.log2(rank + 2.0)
        slope, curve = np.zeros(self._shape), np.zeros(self._shape)
        for asked, place in self._places:
            ahead = np.clip(table[asked, place][:, None] - table[asked], -FAR, FAR)
            doubt = 1 / (1 + np.exp(ahead))
            gain = np.abs(worth[asked, place][:, None] - worth[asked]) / self._ideal[asked][:, None]
            push = doubt * gain * self._wrong[asked]
            bend = push * (1 - doubt)
            slope[asked] -= push
            curve[asked] += bend
            slope[asked, place] += push.sum(1)
            curve[asked, place] += bend.sum(1)
        return slope.flat[self._flat], curve.flat[self._flat]


def edges(column: Rows, bins: int) -> Rows:
    """Where a feature may be cut: between its distinct values, evenly."""
    values = np.unique(column)
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1], method="lower"))
    found: Rows = cuts[cuts < values[-1]].astype(np.float32)
    return found


def learn(features: Rows, right: Rows, sizes: Rows, plan: Plan) -> Trees:
    """Trees for rows of features; `right` marks the right articles, `sizes` how many rows each question has."""
    cuts = [edges(column, plan.bins) for column in features.T]
    binned = np.stack([np.searchsorted(cut, column, side="left") for cut, column in zip(cuts, features.T, strict=True)])
    chance = np.random.default_rng(plan.seed)
    lists, score = Lists(right, sizes), np.zeros(len(right))
    usable = np.array([n for n, cut in enumerate(cuts) if len(cut)])
    grown: list[tuple[list[int], list[float], Rows]] = []
    for _ in range(plan.trees):
        slope, curve = lists.gradients(score)
        chosen = chance.permutation(usable)[: max(1, int(len(usable) * plan.columns))]
        leaf, asked = _grow(binned, cuts, chosen, slope, curve, plan)
        total = np.bincount(leaf, slope, 1 << plan.depth)
        value = plan.rate * total / (np.bincount(leaf, curve, 1 << plan.depth) + plan.shrink)
        score += value[leaf]
        grown.append(([n for n, _ in asked], [float(cuts[n][cut]) for n, cut in asked], value))
    return Trees(
        np.array([tree[0] for tree in grown], np.int32),
        np.array([tree[1] for tree in grown], np.float32),
        np.array([tree[2] for tree in grown], np.float32),
    )


def _grow(
    binned: Rows, cuts: list[Rows], chosen: Rows, slope: Rows, curve: Rows, plan: Plan
) -> tuple[Rows, list[tuple[int, int]]]:
    """One tree: the leaf of every row, and the (feature, cut) of each level."""
    leaf = np.zeros(len(slope), np.int64)
    asked: list[tuple[int, int]] = []
    for level in range(plan.depth):
        gains = [_best_cut(binned[n], len(cuts[n]) + 1, leaf, 1 << level, slope, curve, plan.shrink) for n in chosen]
        best = max(range(len(gains)), key=lambda n: gains[n][0])
        feature, cut = int(chosen[best]), gains[best][1]
        asked.append((feature, cut))
        leaf = leaf * 2 + (binned[feature] > cut)
    return leaf, asked


def _best_cut(
    column: Rows, bins: int, leaf: Rows, leaves: int, slope: Rows, curve: Rows, shrink: float
) -> tuple[float, int]:
    """The gain of the best cut of a feature over all leaves, and the cut."""
    key = leaf * bins + column
    below = np.bincount(key, slope, leaves * bins).reshape(leaves, bins).cumsum(1)
    weight = np.bincount(key, curve, leaves * bins).reshape(leaves, bins).cumsum(1)
    above, rest = below[:, -1:] - below, weight[:, -1:] - weight
    gain = (below**2 / (weight + shrink) + above**2 / (rest + shrink))[:, :-1].sum(0)
    best = int(gain.argmax())
    return float(gain[best]), best
