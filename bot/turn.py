"""One turn: journal, wait in the chat's line, seen before?, session and facts, handle, one transaction, outbox.

A crash may repeat a reply; it never loses a message and never opens a second case.
"""

import asyncio
import contextlib
import hashlib
import logging
import re
import secrets
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from bot.lines import Lines, Place
from handlers.buttons import PERSON
from handlers.numbers import find_number, fresh_number
from handlers.types import Facts, LogQuestion, Member, Message, Outcome, Reply, Session
from storage import Conflict, Lanes, Store, Wanted
from tickets.routing import read_routes
from tickets.states import Role
from tickets.ticket import Ticket

Handle = Callable[[Message, Session, Facts, Any], Outcome]
T = TypeVar("T")

log = logging.getLogger(__name__)

WORKERS = 16  # turns at once; most of that time they wait for the disk
TRIES = 3  # somebody else was first: load again and decide again
QUEUE = 100  # cases a member of staff is shown at most
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is misread
CODE_LENGTH = 10
CODE = re.compile(rf"(?<![0-9A-Za-z])[{CODE_SIGNS}{CODE_SIGNS.lower()}]{{{CODE_LENGTH}}}(?![0-9A-Za-z])")
ROUTES = "routes"  # the note that holds the table of who gets what
SORRY = "出了点问题，您的话我们记下了。请发“人工”，由人来办。"


class Turns:
    """Plays messages. `handle` must be pure: it may run in several threads, and twice for one message.

    `knowledge` may be replaced at any time; a turn reads it once.
    """

    def __init__(
        self,
        lanes: Lanes,
        handle: Handle,
        knowledge: Any,
        clock: Callable[[], datetime],
        pick: Callable[[int], int] = secrets.randbelow,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """`pick(n)` gives an unpredictable integer below n; `wake` is called when there may be letters to send."""
        self.lanes = lanes
        self.clock = clock
        self.pick = pick
        self.wake = wake
        self._handle = handle
        self.knowledge = knowledge
        self._lines = Lines()
        self._tasks: set[asyncio.Task[tuple[Reply, ...]]] = set()
        self._workers = ThreadPoolExecutor(WORKERS, "turn")

    async def journal(self, message: Message) -> bool:
        """Keeps the message. After this a channel may acknowledge it. False if it was here before."""
        return await asyncio.wrap_future(self.lanes.write(lambda store: store.journal(message)))

    def start(self, message: Message, inline: bool = False) -> asyncio.Task[tuple[Reply, ...]]:
        """Plays the message in the background, after all messages of its chat that were started before."""
        place = self._lines.join((message.channel, message.chat))
        task = asyncio.create_task(self._in_line(place, message, inline))
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    async def receive(self, message: Message, inline: bool = False) -> tuple[Reply, ...]:
        """Journals and plays the message; its replies. They also go out as letters, unless `inline`.

        A message that was handled before gives the stored replies. Whoever stops waiting does not stop the turn.
        """
        return await asyncio.shield(self.start(message, inline))

    def play(self, message: Message, inline: bool = True) -> tuple[Reply, ...]:
        """The same without asyncio, one at a time: for the terminal and for tests."""
        self.lanes.write(lambda store: store.journal(message)).result()
        return self._turn(message, inline)

    async def recover(self) -> int:
        """Plays what was journalled but not handled, in order; how many. The replies go out as letters."""
        waiting = await self.read(lambda store: store.waiting(limit=100_000))
        await asyncio.gather(*(self.start(message) for message in waiting), return_exceptions=True)
        return len(waiting)

    async def read(self, job: Callable[[Store], T]) -> T:
        """Runs a job that only looks."""
        return await asyncio.wrap_future(self.lanes.read(job))

    async def write(self, job: Callable[[Store], T]) -> T:
        """Runs a job that writes, all or nothing, and wakes the outbox."""
        result = await asyncio.wrap_future(self.lanes.write(job))
        self.wake()
        return result

    async def close(self) -> None:
        """Waits for the turns that are under way. The lanes stay open."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._workers.shutdown()

    async def _in_line(self, place: Place, message: Message, inline: bool) -> tuple[Reply, ...]:
        try:
            await self.journal(message)
            await place.reached()
            loop = asyncio.get_running_loop()
            replies = await loop.run_in_executor(self._workers, self._turn, message, inline)
        finally:
            place.leave()
        self.wake()
        return replies

    def _finished(self, task: asyncio.Task[tuple[Reply, ...]]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a turn failed and stays in the journal: %s", where(error))

    def _turn(self, message: Message, inline: bool) -> tuple[Reply, ...]:
        for _ in range(TRIES):
            with contextlib.suppress(Conflict):
                return self._attempt(message, inline)
        return self._keep(message, sorry(message, Session(), "conflict"), inline)

    def _attempt(self, message: Message, inline: bool) -> tuple[Reply, ...]:
        store = self.lanes.local()
        with store.snapshot():
            replies = store.stored_replies(message)
            if replies is not None:
                return replies
            session = store.session(message)
            facts = load_facts(store, message, session, self.clock(), self.pick)
        try:
            outcome = self._handle(message, session, facts, self.knowledge)
            return self._keep(message, outcome, inline, session)
        except Conflict:
            raise
        except Exception as error:
            log.error("a message could not be handled: %s", where(error))
            return self._keep(message, sorry(message, session, where(error)), inline)

    def _keep(
        self, message: Message, outcome: Outcome, inline: bool, before: Session | None = None
    ) -> tuple[Reply, ...]:
        now = self.clock()
        self.lanes.write(lambda store: store.finish(message, outcome, now, inline=inline, before=before)).result()
        return outcome.replies


def sorry(message: Message, session: Session, cause: str) -> Outcome:
    """What happens when we fail: a way to a person, and the question on the list that staff look at.

    The form that was being filled in is left, so that the next message does not fail in the same place.
    """
    logged = LogQuestion(text=message.text or message.button, action="error", why={"error": cause})
    reply = Reply(text=SORRY, buttons=((PERSON,),))
    return Outcome(replies=(reply,), session=Session(topic=session.topic, query=session.query), effects=(logged,))


def where(error: BaseException) -> str:
    """Kind and place of an error. Not its words, which may quote what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"


def load_facts(store: Store, message: Message, session: Session, now: datetime, pick: Callable[[int], int]) -> Facts:
    """All that a handler may know about this message. A case of somebody else is named only to staff."""
    me = store.member(message.channel, message.person)
    team = store.team()
    named, other = _named(store, message, session, staff=me is not None)
    own = store.tickets_of(message.key)
    shown = named or next(iter(own), None)
    filling = session.want == "intake"
    code, invite = _invitation(store, message, now)
    return Facts(
        now=now,
        number=fresh_number(pick),
        code=code or fresh_code(pick),
        tickets=own,
        me=me,
        named=named,
        other=other,
        invited=_invited(store, message),
        events=store.events(shown.number, public_only=me is None) if shown else (),
        queue=_queue(store, me.id) if me else (),
        team=team,
        routes=read_routes(store.meta(ROUTES)) if filling else (),
        loads=store.loads() if filling else {},
        invite=invite,
        link=_link(store, code),
        history=store.recent_texts(message),
        has_admin=any(member.role is Role.ADMIN for member in team),
    )


def fresh_code(pick: Callable[[int], int]) -> str:
    """A new invitation code."""
    return "".join(CODE_SIGNS[pick(len(CODE_SIGNS))] for _ in range(CODE_LENGTH))


def _invitation(store: Store, message: Message, now: datetime) -> tuple[str, Role | None]:
    """The valid invitation code in the text, and its role."""
    for code in CODE.findall(message.text)[:3]:
        role = store.invitation(code, now)
        if role is not None:
            return code, role
    return "", None


def link_note(code: str) -> str:
    """Under which name it is noted whose account an invitation connects."""
    return "link:" + hashlib.sha256(code.upper().encode()).hexdigest()


def _link(store: Store, code: str) -> Member | None:
    """The member who asked for this invitation to connect an account of his own."""
    member = store.meta(link_note(code)) if code else ""
    return store.member_by_id(member) if member else None


def _named(store: Store, message: Message, session: Session, staff: bool) -> tuple[Ticket | None, Ticket | None]:
    """The first case that the button, the letter replied to, the form or the text speaks of, and the second."""
    found: list[Ticket] = []
    for number in dict.fromkeys(_numbers(message, session)):
        ticket = store.ticket(number)
        if ticket and (staff or ticket.person == message.key):
            found.append(ticket)
    return next(iter(found), None), found[1] if len(found) > 1 else None


def _numbers(message: Message, session: Session) -> Iterator[str]:
    form = session.slots.get("number", "")
    form_first = (form, message.text) if session.want == "staff" else (message.text, form)
    for text in (message.button, message.reply_to, *form_first):
        number = find_number(text)
        if number:
            yield number


def _invited(store: Store, message: Message) -> Ticket | None:
    """The case whose mediation the sender is invited to by the code he shows, or takes part in."""
    for code in CODE.findall(message.text)[:3]:
        ticket = store.case_by_code(code.upper())
        if ticket:
            return ticket
    return store.case_of_party(message.key)


def _queue(store: Store, me: str) -> tuple[Ticket, ...]:
    """The most pressing open cases, and all of one's own."""
    first = store.queue(Wanted(open=True), QUEUE)
    seen = {ticket.number for ticket in first}
    own = store.queue(Wanted(open=True, owner=me), QUEUE)
    return (*first, *(ticket for ticket in own if ticket.number not in seen))
