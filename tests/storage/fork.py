"""Real processes, to be killed and to compete."""

import multiprocessing
from multiprocessing.context import ForkServerContext


def real_processes() -> ForkServerContext:
    """Makes processes that need not import everything again."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.storage.samples", "storage", "bot.turn", "bot.outbox"])
    return context
