"""The towns of 象山 and how they are found in what people write."""

TOWNS = (
    "西周", "墙头", "黄避岙", "贤庠", "涂茨", "大徐", "丹西", "丹东", "爵溪", "泗洲头", "茅洋", "东陈", "新桥", "定塘", "晓塘",
    "石浦", "高塘岛", "鹤浦",
)  # fmt: skip
# what the places of a town are called by those who live there
PLACES = {"高塘": "高塘岛", "东门岛": "石浦", "檀头山": "石浦", "南田": "鹤浦"}


def town_of(text: str) -> str:
    """The first town that `text` names, without 镇, 乡 or 街道; "" when it names none."""
    names = {**{name: name for name in TOWNS}, **PLACES}
    found = [(text.index(name), -len(name), town) for name, town in names.items() if name in text]
    return min(found)[2] if found else ""
