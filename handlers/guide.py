"""The compliance self-check: one guide's questions one by one, then the list of what to put right."""

from dataclasses import replace

from handlers.buttons import PERSON, button, column, parse
from handlers.start import word
from handlers.types import Facts, Message, Outcome, Reply, Session
from knowledge import Knowledge
from knowledge.types import Topic

GUIDES = {"sy": "船舶修造", "hd": "海钓", "ht": "重型运输", "sp": "水产品加工"}
WORDS = frozenset(["自查", "合规自查", "自检", "/check"])
ANSWERS = {
    "是": "yes",
    "有": "yes",
    "y": "yes",
    "否": "no",
    "没有": "no",
    "不是": "no",
    "不清楚": "unsure",
    "不知道": "unsure",
}
FIRST_HINT = {"可": "可以提出首违不罚，由执法机关决定。", "慎": "能不能从轻要看后果和次数，可以提出，由执法机关决定。"}


def accepts(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> bool:
    """The word, the buttons, and the answers typed while a check is on."""
    if message.button:
        return parse(message.button)[0] in ("guide", "check")
    return word(message) in WORDS or (session.want == "guide" and word(message) in ANSWERS)


def handle(message: Message, session: Session, facts: Facts, knowledge: Knowledge) -> Outcome:
    verb, arguments = parse(message.button)
    if session.want == "guide" and (verb == "check" or word(message) in ANSWERS):
        said = arguments[0] if arguments else ANSWERS.get(word(message), "")
        return _step(said, session, knowledge)
    if verb == "guide" and arguments and arguments[0] in GUIDES:
        return _begin(arguments[0], session, knowledge)
    rows = [button(name, "guide", family) for family, name in GUIDES.items() if checks(family, knowledge)]
    text = "选您这一行，一条一条对，答“是”就是没问题。不清楚也没关系，最后给您一张整改清单。"
    return Outcome(replies=(Reply(text=text, buttons=column(*rows)),), session=session)


def checks(family: str, knowledge: Knowledge) -> list[Topic]:
    """The topics of a guide that have a self-check question, in order of id."""
    return [t for t in knowledge.topics.values() if t.family == family and t.self_check]


def _begin(family: str, session: Session, knowledge: Knowledge) -> Outcome:
    return _question(replace(session, want="guide", step="0", slots={"family": family, "open": ""}), knowledge)


def _step(said: str, session: Session, knowledge: Knowledge) -> Outcome:
    topics = checks(session.slots.get("family", ""), knowledge)
    index = int(session.step) if session.step.isdigit() else 0
    if said == "back":
        return _question(replace(session, step=str(max(index - 1, 0))), knowledge)
    if said == "end" or index >= len(topics):
        return _finish(session, knowledge)
    found = [id for id in session.slots.get("open", "").split(",") if id and id != topics[index].id]
    if said in ("no", "unsure"):
        found.append(topics[index].id)
    after = replace(session, step=str(index + 1), slots={**session.slots, "open": ",".join(found)})
    return _finish(after, knowledge) if index + 1 >= len(topics) else _question(after, knowledge)


def _question(session: Session, knowledge: Knowledge) -> Outcome:
    topics = checks(session.slots["family"], knowledge)
    index = int(session.step)
    text = f"（{index + 1}/{len(topics)}）{topics[index].title}\n{topics[index].self_check}"
    yes_no = (button("是", "check", "yes"), button("否", "check", "no"), button("不清楚", "check", "unsure"))
    turn = [button("就到这里，看结果", "check", "end")]
    if index:
        turn.insert(0, button("上一条", "check", "back"))
    return Outcome(replies=(Reply(text=text, buttons=(yes_no, tuple(turn))),), session=session)


def _finish(session: Session, knowledge: Knowledge) -> Outcome:
    found = [knowledge.topics[id] for id in session.slots.get("open", "").split(",") if id in knowledge.topics]
    done = session.step if session.step.isdigit() else "0"
    after = replace(session, want="", step="", slots={})
    if not found:
        text = f"对了 {done} 条，没有发现问题。这是您自己对的，不等于检查合格。"
        return Outcome(replies=(Reply(text=text, buttons=column(PERSON)),), session=after)
    lines = [_line(index, topic) for index, topic in enumerate(found, 1)]
    head = f"对了 {done} 条，{len(found)} 条要弄清楚或整改："
    rows = [button(topic.title, "topic", topic.id) for topic in found[:6]]
    if "svc-compliance-guide" in knowledge.services:
        rows.append(button("请人上门辅导", "order", "svc-compliance-guide"))
    reply = Reply(text="\n".join([head, *lines, "点一条看怎么改。"]), buttons=column(*rows, PERSON))
    return Outcome(replies=(reply,), session=after)


def _line(index: int, topic: Topic) -> str:
    cited = topic.citations[0].label if topic.citations else ""
    hint = FIRST_HINT.get(topic.first, "")
    return f"{index}. {topic.title}（{cited}）{hint}"
