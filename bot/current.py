"""Keeps the knowledge of a running system current: published edits, releases, new statutes and lists, a new day.

Nothing needs a restart. A change is seen at once by the process that made it and within EVERY seconds by the others.
"""

import asyncio
import logging
import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.knowledge import published, released
from bot.settings import Settings
from bot.turn import Turns, where
from knowledge import Knowledge
from knowledge.base import MODEL
from knowledge.content import CONTENT, Content, read_content
from knowledge.editing import Edit, holding
from knowledge.fingerprint import fingerprint
from knowledge.laws import STORE, Laws
from knowledge.model import Model, load_model, stored_fingerprint
from knowledge.quarantine import Release
from knowledge.yearly import KINDS
from storage import Store
from tickets.due import BEIJING

log = logging.getLogger(__name__)

EVERY = 20.0  # seconds between two looks


@dataclass(frozen=True)
class State:
    """What the knowledge depends on."""

    edits: tuple[tuple[str, str], ...]
    files: tuple[tuple[int, int], ...]
    released: frozenset[Release]
    today: date


class Current:
    """Replaces `turns.knowledge` whenever something it rests on has changed."""

    def __init__(self, turns: Turns, settings: Settings) -> None:
        self._turns = turns
        self._settings = settings
        self._state: State | None = None
        self._one_at_a_time = asyncio.Lock()
        self._training: asyncio.Task[None] | None = None

    @property
    def root(self) -> Path:
        """The folder with the content's files."""
        content: Content = self._turns.knowledge.content
        return content.root

    async def watch(self) -> None:
        """Look every few seconds until cancelled. A look that fails is logged and tried again."""
        while True:
            try:
                await self.refresh()
            except Exception as error:
                log.error("the knowledge could not be renewed: %s", where(error))
            await asyncio.sleep(EVERY)

    async def refresh(self) -> None:
        """On return the knowledge is what was decided so far; learning new questions may go on behind it."""
        async with self._one_at_a_time:
            edits, signed = await self._turns.read(self._decided)
            state = await asyncio.to_thread(self._now, edits, signed)
            if state != self._state:
                self._turns.knowledge = await asyncio.to_thread(self._renewed, state)
                self._state = state
            self._learn()

    async def learned(self) -> None:
        """Waits until what is being learned is in use."""
        if self._training:
            await asyncio.shield(self._training)

    async def close(self) -> None:
        """Stops learning; it begins again at the next start."""
        if self._training:
            self._training.cancel()
            await asyncio.gather(self._training, return_exceptions=True)

    def _decided(self, store: Store) -> tuple[tuple[Edit, ...], frozenset[Release]]:
        return published(store), released(store.signed(), self._settings.reviewers)

    def _now(self, edits: Iterable[Edit], signed: frozenset[Release]) -> State:
        folder = self._settings.data_dir
        watched = [folder / "laws" / STORE, *(folder / "yearly" / f"{name}.json" for name in KINDS)]
        held = tuple(sorted(holding(self.root, edits).items()))
        today = self._turns.clock().astimezone(BEIJING).date()
        return State(held, tuple(_stat(file) for file in watched), signed, today)

    def _renewed(self, state: State) -> Knowledge:
        """The knowledge for a state, with the model in use until a new one is learned."""
        old: Knowledge = self._turns.knowledge
        edits, laws = dict(state.edits), self._settings.data_dir / "laws"
        same = edits == old.content.edits
        content = old.content if same else read_content(self.root, edits)
        fresh = Knowledge(content, old.model, Laws.open(laws, state.today), self._settings.data_dir / "yearly")
        fresh.review(state.released, state.today)
        return fresh

    def _learn(self) -> None:
        """Begin to learn the content in the background unless its model is in use or being learned."""
        if self._training is None or self._training.done():
            content: Content = self._turns.knowledge.content
            if self._turns.knowledge.model.fingerprint != fingerprint(content.root, content.edits):
                self._training = asyncio.create_task(self._train(content))

    async def _train(self, content: Content) -> None:
        shipped = content.root == CONTENT and not content.edits
        folder = MODEL if shipped else self._settings.data_dir / "model"
        try:
            if stored_fingerprint(folder) != fingerprint(content.root, content.edits):
                await _in_other_process(content, folder)
            model = await asyncio.to_thread(load_model, folder)
            async with self._one_at_a_time:
                self._turns.knowledge = await asyncio.to_thread(self._with_model, model)
        except Exception as error:
            log.error("the questions could not be learned: %s", where(error))

    def _with_model(self, model: Model) -> Knowledge:
        old: Knowledge = self._turns.knowledge
        fresh = Knowledge(old.content, model, old.laws, self._settings.data_dir / "yearly")
        fresh.withheld, fresh.today = old.withheld, old.today
        return fresh


async def _in_other_process(content: Content, folder: Path) -> None:
    """Train where it does not slow the answers down."""
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    try:
        await asyncio.get_running_loop().run_in_executor(pool, train_into, content, folder)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def train_into(content: Content, folder: Path) -> None:
    """Train and store. Runs in a process of its own."""
    from knowledge.training import train

    folder.parent.mkdir(parents=True, exist_ok=True)
    train(content).save(folder)


def _stat(file: Path) -> tuple[int, int]:
    """What changes when a file is replaced."""
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)
