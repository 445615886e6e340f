"""Phases that do not depend on each other, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from ace.examine import Known


def run_all(
    to_run: list[Known], run: Callable[[Known], None], running: set[str], more: Callable[[], list[Known]]
) -> None:
    """Run these, and whatever `more` finds to run as each ends, until none is left in `running`.

    An error of the engine is raised when all threads have ended: none may write after the locks are gone.
    """
    finished: SimpleQueue[tuple[str, BaseException | None]] = SimpleQueue()
    threads: list[Thread] = []

    def work(one: Known) -> None:
        try:
            run(one)
        except BaseException as error:
            finished.put((one.phase.name, error))
        else:
            finished.put((one.phase.name, None))

    try:
        while True:
            for one in to_run:
                running.add(one.phase.name)
                threads.append(Thread(target=work, args=(one,), name=f"ace-{one.phase.name}"))
                threads[-1].start()
            if not running:
                return
            name, error = finished.get()
            running.discard(name)
            if error is not None:
                raise error
            to_run = more()
    finally:
        for thread in threads:
            thread.join()
