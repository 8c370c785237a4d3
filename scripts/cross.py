"""Cross-validation: each of the content's own questions is asked of a model that never saw it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from knowledge.content import read_content
from knowledge.model import Model
from knowledge.training import build_vocabulary, examples, features, learn


def print_cross(folds: int) -> None:
    """First and three by family, over all folds."""
    content = read_content()
    learned = examples(content)
    _, rows = features(content, learned)
    classes = tuple(sorted({example.label for example in learned}))
    numbers = {label: place for place, label in enumerate(classes)}
    fold = np.random.default_rng(0).integers(0, folds, len(learned))
    ranks: defaultdict[str, list[int]] = defaultdict(list)
    for out in range(folds):
        kept = np.flatnonzero(fold != out)
        some = [rows[place] for place in kept]
        vocabulary = build_vocabulary(some)
        labels, weights = [numbers[learned[place].label] for place in kept], [learned[place].weight for place in kept]
        parts = learn(vocabulary, some, labels, weights, len(classes))
        model = Model(classes, vocabulary, *parts, 1.0, {}, "")
        for place in np.flatnonzero(fold == out):
            example = learned[place]
            if example.weight == 1.0:
                scores = model.logits(*vocabulary.row(rows[place]))
                family = example.label.partition("-")[0]
                ranks[family].append(int((scores > scores[numbers[example.label]]).sum()))
    print(f"\n交叉验证（{folds} 折，内容自己的问法，每条都由没见过它的模型来答）\n族          条数  第一对  前三有")
    for family, places in sorted(ranks.items()):
        _print_row(family, places)
    _print_row("主题合计", [rank for family, places in ranks.items() if _askable(family) for rank in places])


def _askable(family: str) -> bool:
    return family in ("svc", "bundle", "sy", "hd", "ht", "sp", "fm", "dl")


def _print_row(title: str, ranks: list[int]) -> None:
    array = np.array(ranks)
    print(f"{title:<10}{len(array):>6}{(array == 0).mean():>8.3f}{(array < 3).mean():>8.3f}")
