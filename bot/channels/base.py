"""What a channel is: it turns its wire into a Message and a Reply into its wire. It decides nothing."""

from typing import Protocol

from handlers.types import Reply


class Channel(Protocol):
    """One way to talk to people."""

    name: str

    async def run(self) -> None:
        """Receive messages until cancelled; each is journalled before it is acknowledged to the wire."""
        ...

    async def send(self, chat: str, reply: Reply) -> str:
        """Deliver one reply; the wire's own message id, or "" when it has none. Raises bot.errors.SendError."""
        ...
