"""What tells who somebody is, taken out of words that colleagues will read and that may become content."""

import re

_NUMBERS = re.compile(r"(?<!\d)\d(?:[\d\s-]{5,}[\dXx])(?!\d)")
_BOAT = re.compile(r"(?:浙|闽|鲁|苏|沪|粤)?[\u4e00-\u9fff]{0,3}渔[\u4e00-\u9fff]{0,2}\s*\d{3,}")
_NAMED = re.compile(r"(我叫|我是|名叫|叫做|姓名[是：:]?)\s*[\u4e00-\u9fff]{2,3}(?=[，,。；;、\s]|$)")
HIDDEN = "×××"


def masked(text: str, *known: str) -> str:
    """`text` without long numbers, boat names, stated names, and without each of `known`."""
    for one in known:
        if len(one) > 1:
            text = text.replace(one, HIDDEN)
    text = _BOAT.sub("某渔船", text)
    text = _NUMBERS.sub(HIDDEN, text)
    return _NAMED.sub(lambda found: found[1] + HIDDEN, text)
