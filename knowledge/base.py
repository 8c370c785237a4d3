"""The knowledge as the rest of the house uses it."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from copy import copy
from datetime import date
from pathlib import Path

from knowledge.content import CONTENT, Content, read_content, read_tables
from knowledge.decide import Decider
from knowledge.fingerprint import fingerprint
from knowledge.laws import Laws
from knowledge.model import Model, load_model, stored_fingerprint
from knowledge.quarantine import Release, Withheld, withheld
from knowledge.types import ContentError, Decision, Emergency, Outside, Phone, Service, Topic
from knowledge.yearly import Yearly, load_yearly

MODEL = Path(__file__).parent / "model"


class Knowledge:
    """All topics, and the way from a question to one of them."""

    def __init__(self, content: Content, model: Model, laws: Laws | None = None, lists: Path | None = None) -> None:
        self.content = content
        self.model = model
        self.topics: Mapping[str, Topic] = content.topics
        self.services: Mapping[str, Service] = {
            topic.id: topic.service_form for topic in content.topics.values() if topic.service_form
        }
        self.outside: Mapping[str, Outside] = content.outside
        self.emergencies: Mapping[str, Emergency] = content.emergencies
        self.yearly: Yearly = load_yearly(read_tables(content.root), lists)
        self.phones: Mapping[str, Phone] = {**content.phones, **_phones(self.yearly)}
        self.problems: tuple[ContentError, ...] = content.problems
        self.laws = laws
        self.withheld: Mapping[str, Withheld] = {}
        self.today = date.min
        self._decider = Decider(content, model)

    @classmethod
    def load(
        cls, content: Path | None = None, model: Path | None = None, laws: Path | None = None,
        edits: Mapping[str, str] | None = None, lists: Path | None = None, today: date | None = None,
    ) -> Knowledge:  # fmt: skip
        """Read the content with `edits` in the place of files, its model, the statute store in the folder `laws`, the `lists`.

        A model that is missing or out of date is trained first. The statutes are seen from `today`.
        """
        found = read_content(content or CONTENT, edits)
        store = Laws.open(laws, today) if laws else None
        return cls(found, current_model(found, model or MODEL), store, lists)

    def review(self, released: Collection[Release], today: date) -> None:
        """Work out which topics must not be answered today, given what was released."""
        self.today = today
        self.withheld = withheld(self.topics, self.laws, released, today)

    def showing(self, topic: Topic) -> Knowledge:
        """The same with this text of a topic, whatever stands against answering it: for looking at it beforehand."""
        view = copy(self)
        view.topics = {**self.topics, topic.id: topic}
        view.withheld = {}
        return view

    def decide(self, text: str, at_hand: str = "") -> Decision:
        """What to do with a message, `at_hand` being the topic that was last answered in this talk."""
        return self._decider.decide(text, at_hand)


def current_model(content: Content, folder: Path) -> Model:
    """The model for this content, trained and stored when there is none yet."""
    if stored_fingerprint(folder) != fingerprint(content.root, content.edits):
        from knowledge.training import train

        sys.stderr.write("内容有变化，正在重新学习问法，大约半分钟……\n")
        train(content).save(folder)
    return load_model(folder)


def _phones(yearly: Yearly) -> dict[str, Phone]:
    """The imported numbers; one that was known is replaced."""
    return {
        one["号码"]: Phone(one["号码"], one["名称"], one["用途"], one["来源"], one["日期"])
        for one in yearly.of("phones")
    }
