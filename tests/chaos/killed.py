"""Functions of the running product are killed under load, wherever they stand: nothing is lost."""

import itertools
import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chalicelib.core.notification.store import LEASE
from infra.local.product import Product
from infra.stacks.data import RECEIVES
from tests.support import load
from tests.support.load import Crowd

CLIENTS, SECONDS = 6, 30
EVERY = 0.4
"""Seconds between kills, at the least."""
STARTS = 4
"""Into how many such spaces the slowest start fits, lest on a busy machine none is survived."""
VISIBILITY = LEASE / (RECEIVES - 2)
"""Until a message comes again whose function was killed: sooner than in production, but not so often
that it is given up while the lease of a sender that was killed runs."""


@contextmanager
def killing(product: Product, every: float) -> Iterator[list[int]]:
    """Kill a process of a function every so many seconds within the block; give those killed."""
    chance, stopped = random.Random(7), threading.Event()  # noqa: S311
    killed: list[int] = []

    def kill() -> None:
        while not stopped.wait(every):
            running = load.workers(product)
            if running:
                process = chance.choice(running)
                os.kill(process, signal.SIGKILL)
                killed.append(process)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        stopped.set()
        thread.join()


def test_nothing_is_lost_when_functions_are_killed(
    running: Product, tell: Callable[[str], None]
) -> None:
    sqs = running.cloud.client("sqs")
    visibility = {"VisibilityTimeout": f"{VISIBILITY.total_seconds():.0f}"}
    for name, url in running.outputs.items():
        if name.endswith("QueueUrl") and "DeadLetter" not in name:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=visibility)
    crowd = Crowd(running, CLIENTS)
    crowd.gather()
    crowd.use(1)  # starts the functions, and tells how long that takes here
    every = max(EVERY, max(itertools.chain(*crowd.seconds.values())) / STARTS)
    with killing(running, every) as killed:
        crowd.use(SECONDS)
    crowd.settle(2 * LEASE.total_seconds())
    orders = sum(len(client.orders) for client in crowd.clients)
    receipts = sum(client.receipts for client in crowd.clients)
    told = f"{len(killed)} processes killed, one each {every:.1f} s, {orders} orders, {receipts} receipts"
    tell(f"{told}: {dict(crowd.troubles)}")
    assert len(killed) > SECONDS / every / 3
    assert crowd.wrong(mails_may_repeat=True) == []
