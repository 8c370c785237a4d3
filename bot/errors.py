"""What can go wrong on the way out."""


class SendError(Exception):
    """A channel could not deliver. The message is a short Chinese sentence without personal data, for the staff.

    `permanent`: trying again is useless. `retry_after`: seconds the channel told us to wait. `migrate_to`: the chat's
    new address. With none of them it is tried again after a while, even though the letter may have arrived.
    """

    def __init__(
        self, message: str, permanent: bool = False, retry_after: float | None = None, migrate_to: str | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after
        self.migrate_to = migrate_to
