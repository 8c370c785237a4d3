"""Numbers in sentences, as laws and as people write them."""

import pytest

from knowledge.figures import figures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("处二十万元以上二百万元以下罚款", {200_000, 2_000_000}),
        ("20 万至 200 万", {200_000, 2_000_000}),
        ("5–20 万", {50_000, 200_000}),
        ("五至二十万元", {50_000, 200_000}),
        ("五千至五万元", {5_000, 50_000}),
        ("一万五千元、十五日", {15_000, 15}),
        ("每日百分之三，两样都要，第一次", set()),
        ("三十日内，可延长 60 天", {30, 60}),
        ("1.5 万", {15_000}),
    ],
)
def test_figures(text: str, found: set[float]) -> None:
    assert figures(text) == found
