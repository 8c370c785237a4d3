"""The page of one case: what it shows to whom, and its files."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from aiohttp import web

from bot.web.canned import can_play, canned, filled, macros
from bot.web.keys import POSITION, Site, site
from bot.web.login import csrf_of
from bot.web.pages import page, read, write
from bot.web.queue import TEAM_ROLES, row
from bot.web.uploads import respond
from bot.web.uses import note
from handlers.desk import EVENT_LABELS, same_person
from handlers.inputs import Input, day_of, inputs, words_of
from handlers.offers import offered
from handlers.rights import event_text, sees, sees_body, sees_closed, sees_phone, shown
from handlers.types import Attachment, Member, room_of
from storage import Letter, Store
from tickets.clocks import clocks, days_left, limit_lamp, today
from tickets.due import say_day, say_time
from tickets.duplicates import alike
from tickets.papers import PAPERS, papers_of
from tickets.states import ACTIONS, ROLE_NAMES, Action, Role
from tickets.ticket import Event, Ticket, reads


async def case(request: web.Request, me: Member) -> web.StreamResponse:
    """One case."""
    done = request.query.get("done", "")
    told = _done(Action(done)) if done in set(Action) else ""
    return await show(request, me, done=told)


def _done(action: Action) -> str:
    return f"{ACTIONS[action].label}：已经记下" + ("，当事人会收到通知。" if ACTIONS[action].notice else "。")


async def show(
    request: web.Request,
    me: Member,
    done: str = "",
    error: str = "",
    status: int = 200,
    kept: dict[str, str] | None = None,
) -> web.Response:
    """The page of the case; `kept` is what was typed into a form that could not be carried out."""
    here, number = site(request), request.match_info["number"]
    found = await read(here, lambda store: _load(store, number, me))
    if found is None:
        raise web.HTTPNotFound(text="没有这张工单，或者它不归您看。")
    ticket, events, handed_in, letters, team = found
    if await _note_seen(here, number, me):
        request[POSITION] += 1  # one's own look is no news
    body = sees_body(ticket, me)
    same = await read(here, lambda store: _duplicates(store, ticket, me)) if body and ticket.open else []
    acts = offered(ticket, me) if body else ()
    return page(
        request, "case.html", status=status, me=me, role=ROLE_NAMES[me.role], csrf=csrf_of(request), ticket=ticket,
        row=row(ticket, me, here.clock()), body=body, phone=shown(ticket.phone, ticket, me) if body else "", phone_shown=sees_phone(ticket, me), done=done, error=error, kept=kept or {"action": "", "text": ""},
        facts=_facts(ticket, me) if body else [],
        before=[(label, shown(words, ticket, me)) for label, words in ticket.before] if body else [],
        events=[event_row(event, ticket, me) for event in reversed(events) if event.action != SEEN],
        macros=[(index, one["title"]) for index, one in enumerate(macros()) if can_play(one, acts, ticket, me)],
        articles=_articles(ticket, here), here_path=f"/desk/case/{number}/here",
        attachments=_files(ticket, handed_in, me) if body else [],
        failed=[letter.error for letter in letters if letter.state == "failed"],
        waiting=sum(letter.state in ("waiting", "sending") for letter in letters),
        acts=_acts(acts, ticket, here), canned=[{**one, "text": filled(one["text"], ticket, me)} for one in canned()], clocks=clocks(ticket), limits=_limits(ticket, here.clock()),
        same=same, can_merge=[one.number for one in same if Action.MERGE in acts and same_person(ticket, one)], papers=_papers(ticket, events, me) if body else [],
        party_link=f"{here.settings.site}/mediate/{ticket.mediation.code}" if body and ticket.mediation.code else "",
        team=[one for one in team if one.role in TEAM_ROLES and one.id != ticket.owner], role_names=ROLE_NAMES,
        opened=say_time(ticket.opened_at), service=_title(here, ticket.service), topic=_title(here, ticket.topic),
    )  # fmt: skip


SEEN = "seen"
HandedIn = tuple[tuple[Attachment, Event], ...]
NEAR = 20  # cases with the same telephone number looked at


async def _note_seen(here: Site, number: str, me: Member) -> bool:
    """Who of the staff looked at a case is part of its history, once a day."""
    now = here.clock()
    if not await read(here, lambda store: store.has_seen(number, me, now)):
        await write(here, lambda store: store.saw(number, me, now))
        return True
    return False


def _articles(ticket: Ticket, here: Site) -> list[tuple[str, str]]:
    """(label, sentence) of the checked articles behind the topic of the case, to put into an answer."""
    topic = here.knowledge.topics.get(ticket.topic)
    if topic is None or topic.id in here.knowledge.withheld:
        return []
    return [
        (one.label, f"{one.label}（{one.version} 版）：{one.summary}{f'（{one.caveat}）' if one.caveat else ''}")
        for one in topic.citations[:6]
    ]


def _load(
    store: Store, number: str, me: Member
) -> tuple[Ticket, tuple[Event, ...], HandedIn, list[Letter], tuple[Member, ...]] | None:
    ticket = store.ticket(number)
    if ticket is None or not sees(ticket, me):
        return None
    letters = [letter for letter in store.letters_of(number) if not room_of(letter.chat)[1]]
    return ticket, store.events(number), store.handed_in(number), letters, store.team()


def _files(ticket: Ticket, handed_in: HandedIn, me: Member) -> list[tuple[int, Attachment, str]]:
    """(place, file, who sent it) of what `me` may open: files of a mediation are for those who read its words."""
    return [(at, one, _who(event)) for at, (one, event) in enumerate(handed_in) if reads(ticket, event, me.id)]


def _who(event: Event) -> str:
    """Who did it, as the page names him."""
    return event.name or ROLE_NAMES.get(event.role, "系统")


def _duplicates(store: Store, ticket: Ticket, me: Member) -> list[Ticket]:
    """Cases that are likely the same matter, as far as `me` may see them."""
    near = list(store.tickets_of(ticket.person)) if ticket.person else []
    near += store.tickets_by_phone(ticket.phone, NEAR)
    others = {one.number: one for one in near if one.number not in ticket.linked and sees_body(one, me)}
    return list(alike(ticket, others.values()))[:3]


def _facts(ticket: Ticket, me: Member) -> list[tuple[str, str]]:
    """What was asked and answered, without what is shown beside it anyway."""
    beside = {ticket.phone, ticket.town} - {""}
    return [(question, shown(answer, ticket, me)) for question, answer in ticket.facts if answer not in beside]


def _papers(ticket: Ticket, events: tuple[Event, ...], me: Member) -> list[tuple[str, str]]:
    """(kind, name) of the papers that `me` may take from the case."""
    open_to = [name for name in papers_of(events) if not PAPERS[name].closed or sees_closed(ticket, me)]
    return [(name, PAPERS[name].name) for name in open_to]


def _limits(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    """The citizen's statutory periods, as the page shows them."""
    found = []
    for one in ticket.limits:
        left = days_left(one, now)
        state = f"还有 {left} 天" if left >= 0 else f"过了 {-left} 天"
        found.append(
            {
                "lamp": limit_lamp(one, now),
                "title": one.title,
                "basis": one.basis,
                "last_day": say_day(one.last_day),
                "left": state,
            }
        )
    return found


def _title(here: Site, id: str) -> str:
    topic = here.knowledge.topics.get(id)
    return topic.title if topic else ""


def event_row(event: Event, ticket: Ticket, me: Member) -> dict[str, Any]:
    """One step of the history."""
    known = event.action in set(Action)
    return {
        "when": say_time(event.at), "who": _who(event),
        "what": ACTIONS[Action(event.action)].label if known else EVENT_LABELS.get(event.action, event.action),
        "text": event_text(event, ticket, me), "internal": not event.public, "citizen": event.role is Role.CITIZEN,
        "failed": event.action == "undelivered",
    }  # fmt: skip


@dataclass(frozen=True)
class Act:
    """An act as the page offers it: `seen` who outside the office reads the words, `start` what stands there already."""

    action: Action
    label: str
    needs: str
    seen: str
    start: str
    inputs: tuple[Input, ...]

    @property
    def form(self) -> bool:
        """Whether it unfolds into a form of its own."""
        asks = self.needs or self.inputs or self.action in CAREFUL
        return bool(asks) and self.action not in (Action.REPLY, Action.NOTE)

    @property
    def common(self) -> bool:
        """Whether it stands in the first row; the rest is under 更多."""
        return self.action in COMMON


CAREFUL = {Action.DECLINE, Action.RELEASE, Action.ARCHIVE}  # one tap too many would hurt
COMMON = {
    Action.ASK,
    Action.RESOLVE,
    Action.INVITE,
    Action.MEET,
    Action.TERMS,
    Action.AGREE,
    Action.TELL_PARTY,
    Action.ANSWER,
}


def _acts(acts: Iterable[Action], ticket: Ticket, here: Site) -> list[Act]:
    day = today(here.clock())
    return [
        Act(
            one, ACTIONS[one].label, ACTIONS[one].needs, ACTIONS[one].seen, words_of(ticket, one),
            tuple(_dated(asked, day) for asked in inputs(ticket, one, here.knowledge)),
        )
        for one in acts
    ]  # fmt: skip


def _dated(asked: Input, day: date) -> Input:
    """The days proposed, as a date field takes them."""
    if asked.kind != "day":
        return asked
    found = [(day_of(words, day), label) for words, label in asked.choices]
    return replace(asked, choices=tuple((one.isoformat(), label) for one, label in found if one))


async def file(request: web.Request, me: Member) -> web.StreamResponse:
    """A file of a case, for those who may read the case."""
    here, number, index = site(request), request.match_info["number"], int(request.match_info["index"])
    found = await read(here, lambda store: _load(store, number, me))
    if found is None or not sees_body(found[0], me):
        raise web.HTTPNotFound
    one = next((each for at, each, _ in _files(found[0], found[2], me) if at == index), None)
    if one is None:
        raise web.HTTPNotFound
    await note(request, me, "file", number, f"第 {index + 1} 个")
    return respond(here.files, one)
