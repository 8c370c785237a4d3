"""Everything a machine can find wrong with the content, each with file, line and remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from knowledge.content import CONTENT, Content, read_content
from knowledge.exceptions import unlisted
from knowledge.pages import Page
from knowledge.questions import file_for, read_questions, strays
from knowledge.reading import hard_to_read, read_plain
from knowledge.text import normalise
from knowledge.types import ContentError, Emergency, Outside, Topic

FEWEST_QUESTIONS = 8
MOST_ALIKE = 0.5  # share of pairs in common, of all of both, between questions of one topic
MOST_SAME = 0.75  # and between questions of two
RARE = 3
UNVERIFIED = "[未核]"
CAVEAT = "现行文本待核"


def problems(content_dir: Path = CONTENT) -> list[ContentError]:
    """All mistakes in a content folder; an empty list when it may be published."""
    return problems_in(read_content(content_dir))


def problems_in(content: Content, only: str = "") -> list[ContentError]:
    """All mistakes in content that was read; with `only`, those of that file."""
    found = [*content.problems, *unlisted(content.root, content.topics)]
    plain = read_plain(content.root)
    for topic in content.topics.values():
        found += _topic(content, topic, content.pages[topic.id])
        found += hard_to_read(content.pages[topic.id], plain)
    for outside in content.outside.values():
        found += _outside(content, outside, content.pages[outside.id])
    for emergency in content.emergencies.values():
        found += _emergency(content, emergency, content.pages[emergency.id])
    found += _strays(content)
    found += _same_question(content)
    found += _lexicon(content)
    wanted = [error for error in found if not only or error.file == only]
    return sorted(wanted, key=lambda error: (error.file, error.line))


def _error(page: Page, line: int, problem: str, remedy: str) -> ContentError:
    return ContentError(page.name, line, problem, remedy)


def _line(page: Page, section: str, text: str) -> int:
    """The line of a section that holds the text."""
    places = (number for number, line in page.sections.get(section, []) if text in line)
    return next(places, page.headings.get(section, 1))


def _topic(content: Content, topic: Topic, page: Page) -> Iterator[ContentError]:
    if topic.service and topic.service not in content.topics:
        remedy = "改成已有的 svc-*，或先写那个服务"
        yield _error(page, page.line_of("service"), f"没有 {topic.service} 这个服务", remedy)
    if topic.service and not topic.service.startswith("svc-"):
        yield _error(page, page.line_of("service"), f"{topic.service} 不是服务", "写一个 svc-* 的 id")
    yield from _missing(content, page, "相关", topic.related)
    for step in topic.bundle_steps:
        if step not in content.topics:
            yield _error(page, page.line_of("steps"), f"没有 {step} 这个主题", "改成已有的 id")
    yield from _unverified(page)
    if 0 < len(topic.questions) < FEWEST_QUESTIONS:
        problem = f"只有 {len(topic.questions)} 条问法"
        yield _error(page, page.headings["问法"], problem, f"至少写 {FEWEST_QUESTIONS} 条不同的")
    yield from _alike(content, page, topic.id, topic.questions)


def _missing(content: Content, page: Page, section: str, ids: Iterable[str]) -> Iterator[ContentError]:
    for identity in ids:
        if identity not in content.topics:
            line = _line(page, section, identity)
            yield _error(page, line, f"没有 {identity} 这个主题", "改成已有的 id，或删掉这一行")


def _unverified(page: Page) -> Iterator[ContentError]:
    for section, lines in page.sections.items():
        for line, text in lines:
            if UNVERIFIED in text and section != "问法":
                yield _error(page, line, f"读者会看到“{UNVERIFIED}”", "核实后再写；核不了就删掉这一句")


def _alike(content: Content, page: Page, identity: str, questions: Sequence[str]) -> Iterator[ContentError]:
    """Questions that are nearly the same as one before them. Only those that share a pair are compared."""
    holders: dict[str, list[int]] = {}
    sizes: list[int] = []
    for place, question in enumerate(questions):
        pairs = bigrams(question)
        shared = Counter(other for pair in pairs for other in holders.get(pair, ()))
        for other, count in shared.items():
            if count / (len(pairs) + sizes[other] - count) >= MOST_ALIKE:
                problem = f"问法和“{questions[other]}”差不多"
                yield _asked_error(content, page, identity, question, problem, "删掉一条，或换一个处境、换一个人来问")
                break
        sizes.append(len(pairs))
        for pair in pairs:
            holders.setdefault(pair, []).append(place)


def _asked_error(content: Content, page: Page, identity: str, question: str, problem: str, remedy: str) -> ContentError:
    """Something is wrong with a question: of the page, or of the list beside it."""
    if not any(question in line for _, line in page.sections.get("问法", [])):
        for asked in read_questions(content.root, identity):
            if asked.text == question:
                return ContentError(asked.file, asked.line, problem, remedy)
    return _error(page, _line(page, "问法", question), problem, remedy)


def _strays(content: Content) -> Iterator[ContentError]:
    for name in strays(content.root, frozenset(content.topics)):
        yield ContentError(name, 1, "这份问法不属于任何主题", f"文件名写成主题 id，例如 {file_for('fm-wage-arrears')}")


def bigrams(question: str) -> frozenset[str]:
    """The pairs of neighbouring characters of a question."""
    text = normalise(question)
    return frozenset(text[place : place + 2] for place in range(len(text) - 1)) or frozenset((text,))


def _same_question(content: Content) -> Iterator[ContentError]:
    """A question that stands, in these words or nearly, under two ids. Candidates share one of their rarest pairs."""
    things: tuple[Topic | Outside | Emergency, ...] = (
        *content.topics.values(),
        *content.outside.values(),
        *content.emergencies.values(),
    )
    asked = [(thing.id, question, bigrams(question)) for thing in things for question in thing.questions]
    often = Counter(pair for _, _, pairs in asked for pair in pairs)
    holders: dict[str, list[int]] = {}
    for place, (identity, question, pairs) in enumerate(asked):
        rare = sorted(pairs, key=lambda pair: (often[pair], pair))[:RARE]
        others = (asked[other] for pair in rare for other in holders.get(pair, ()))
        for other, words, theirs in others:
            if other != identity and len(pairs & theirs) >= MOST_SAME * len(pairs | theirs):
                page, problem = content.pages[identity], f"这条问法 {other} 也有：“{words}”"
                yield _asked_error(content, page, identity, question, problem, "只留在更合适的那一个里")
                break
        for pair in rare:
            holders.setdefault(pair, []).append(place)


def _outside(content: Content, outside: Outside, page: Page) -> Iterator[ContentError]:
    if outside.door and outside.door not in content.topics:
        yield _error(page, page.line_of("door"), f"没有 {outside.door} 这个主题", "改成已有的 id")
    yield from _missing(content, page, "选项", outside.choices)
    yield from _unverified(page)
    yield from _alike(content, page, outside.id, outside.questions)


def _emergency(content: Content, emergency: Emergency, page: Page) -> Iterator[ContentError]:
    for number in emergency.numbers:
        if number not in content.phones:
            remedy = "在 yearly/phones.toml 里加上，写明来源和日期"
            yield _error(page, page.line_of("numbers"), f"电话 {number} 没有录入", remedy)
    yield from _alike(content, page, emergency.id, emergency.questions)


def _lexicon(content: Content) -> Iterator[ContentError]:
    """Lexicon rows that lead nowhere."""
    path = content.root / "words" / "lexicon.txt"
    rows = path.read_text("utf-8-sig").splitlines() if path.exists() else []
    for line, row in enumerate(rows, 1):
        columns = row.split("｜")
        if len(columns) == 3 and columns[2].strip() not in content.topics and not row.startswith("#"):
            problem = f"没有 {columns[2].strip()} 这个主题"
            yield ContentError("words/lexicon.txt", line, problem, "第三列写已有的主题 id")
