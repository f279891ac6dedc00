"""A pool of worker processes that neither hangs nor loses work when one of them dies.

Our own code because `nlp.pipe(n_process=2)` waits forever for a worker that was killed, and
`concurrent.futures` gives up the whole pool when one worker dies. Here each worker has its own
pipe, so a dead worker cannot leave a shared lock held; the parent notices at once and gives the
work to a new worker. Two workers score 1.90 times the rows per second of one process when forked,
and 1.59 times when spawned (``tests/benchmarks/workers.py``, 200,000 rows, two cores).
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")
Work = Callable[[Task], Result]

# How often a task is started before it is blamed for the deaths of its workers.
MAX_TRIES = 3
# Tasks a worker holds at a time: the current one, and the next so that it need not wait.
TASKS_PER_WORKER = 2
# Tasks started and not yet returned, per worker. Limits how much waits for a slow one.
TASKS_IN_FLIGHT = 4
# Seconds after which a worker at the latest knows that its parent is gone.
ORPHAN_CHECK = 1.0


class WorkerDiedError(ChildProcessError):
    """Workers have died over the same task again and again."""


class RemoteTracebackError(Exception):
    """Shows, as the cause of a worker's exception, where it arose."""

    def __str__(self) -> str:
        return f"in a worker process:\n{self.args[0]}"


def run_workers(
    setup: Callable[[], Work[Task, Result]],
    tasks: Iterable[Task],
    n_process: int,
    *,
    start_method: str | None = None,
    describe: Callable[[Task], str] = repr,
) -> Iterator[tuple[Task, Result]]:
    """Do tasks in worker processes, and yield each with its result, in order.

    Args:
        setup: Called once in each worker; returns the function that does a task. Sent to workers
            by pickle under spawn and forkserver, as are tasks and results under every method.
        tasks: The tasks. Only a few are held at a time.
        n_process: Workers; 1: the tasks are done in this process.
        start_method: ``fork``, ``spawn`` or ``forkserver``; None: the platform's default.
        describe: Names a task in messages.

    Yields:
        The task and its result.

    Raises:
        WorkerDiedError: A task's workers have died three times.
        ValueError: There are to be no workers.
        Exception: What the work raised, in its turn; all tasks before it have been yielded.

    Example:
        >>> from functools import partial
        >>> list(run_workers(partial(getattr, len, "__call__"), ["area", "man"], n_process=1))
        [('area', 4), ('man', 3)]
    """
    if n_process < 1:
        raise ValueError(f"the number of processes must be at least 1, not {n_process}")
    if n_process == 1:
        work = setup()
        for task in tasks:
            yield task, work(task)
        return
    pool = _Pool(setup, n_process, multiprocessing.get_context(start_method), describe)
    try:
        yield from pool.run(tasks)
    finally:
        pool.end()


@dataclass
class _Job:
    task: Any
    tries: int = 0
    is_done: bool = False
    result: Any = None
    error: BaseException | None = None


@dataclass
class _Worker:
    process: Any
    pipe: Connection
    assigned: deque[int] = field(default_factory=deque)


class _Pool(Generic[Task, Result]):
    def __init__(
        self,
        setup: Callable[[], Work[Task, Result]],
        n_process: int,
        context: Any,
        describe: Callable[[Task], str],
    ) -> None:
        self.setup = setup
        self.n_process = n_process
        self.context = context
        self.describe = describe
        self.workers: list[_Worker] = []
        # Tasks started and not yet returned, by number, and those of them without a worker.
        self.jobs: dict[int, _Job] = {}
        self.waiting: deque[int] = deque()

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        numbered = enumerate(tasks)
        next_out = 0
        is_more = True
        while True:
            while is_more and len(self.jobs) < self.n_process * TASKS_IN_FLIGHT:
                number, task = next(numbered, (-1, None))
                if number < 0:
                    is_more = False
                    break
                self.jobs[number] = _Job(task)
                self.waiting.append(number)
                # At once, so that workers are busy while a slow source is waited for.
                self._assign()
            self._assign()
            while next_out in self.jobs and self.jobs[next_out].is_done:
                job = self.jobs.pop(next_out)
                next_out += 1
                if job.error is not None:
                    raise job.error
                yield job.task, job.result
            if not self.jobs and not is_more:
                return
            if any(worker.assigned for worker in self.workers):
                self._listen()

    def _assign(self) -> None:
        while self.waiting:
            free = [w for w in self.workers if len(w.assigned) < TASKS_PER_WORKER]
            worker = min(free, key=lambda w: len(w.assigned), default=None)
            if len(self.workers) < self.n_process and (worker is None or worker.assigned):
                worker = self._start()
            if worker is None:
                return
            number = self.waiting.popleft()
            worker.assigned.append(number)
            try:
                worker.pipe.send(self.jobs[number].task)
            except OSError:
                self._bury(worker)

    def _start(self) -> _Worker:
        pipe, theirs = self.context.Pipe()
        process = self.context.Process(target=_serve, args=(theirs, self.setup), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, pipe)
        self.workers.append(worker)
        return worker

    def _listen(self) -> None:
        """Wait until a worker has said something or has died."""
        by_handle: dict[Any, _Worker] = {}
        for worker in self.workers:
            by_handle[worker.pipe] = by_handle[worker.process.sentinel] = worker
        ready = {id(worker): worker for handle in wait(by_handle) if (worker := by_handle[handle])}
        for worker in ready.values():
            try:
                # What a worker had sent before it died counts.
                if not worker.pipe.poll():
                    self._bury(worker)
                    continue
                message = worker.pipe.recv_bytes()
            except (EOFError, OSError):
                self._bury(worker)
                continue
            try:
                is_set_up, result, raised = ForkingPickler.loads(message)
            except Exception as failure:
                is_set_up, result, raised = True, None, _portable(failure)
            error = _with_traceback(raised)
            if not is_set_up and error is not None:
                raise error
            # A worker does its tasks in order.
            job = self.jobs[worker.assigned.popleft()]
            job.result, job.error, job.is_done = result, error, True

    def _bury(self, worker: _Worker) -> None:
        """Take the work of a dead worker back. It was at work on the first of its tasks."""
        self.workers.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        if not worker.assigned:
            return
        number = worker.assigned[0]
        job = self.jobs[number]
        job.tries += 1
        self.waiting.extendleft(reversed(worker.assigned))
        if job.tries >= MAX_TRIES:
            self.waiting.remove(number)
            job.is_done = True
            job.error = WorkerDiedError(
                f"{MAX_TRIES} worker processes have died one after another over "
                f"{self.describe(job.task)}; the last one {_how(worker.process.exitcode)}. If the "
                "memory ran out, use fewer processes or smaller batches"
            )

    def end(self) -> None:
        """End all workers, whatever they are at."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
            worker.pipe.close()
        self.workers = []


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        # Real-time signals have no name.
        names = {int(known): f" ({known.name})" for known in signal.Signals}
        return f"was killed by signal {-exit_code}{names.get(-exit_code, '')}"
    return f"exited with status {exit_code}"


def _with_traceback(raised: tuple[BaseException, str] | None) -> BaseException | None:
    if raised is None:
        return None
    error, text = raised
    error.__cause__ = RemoteTracebackError(text)
    return error


def _serve(pipe: Connection, setup: Callable[[], Work[Any, Any]]) -> None:
    """Run in a worker: do tasks until the parent ends the process or is gone."""
    # Ctrl-C reaches every process of the terminal; the parent ends its workers. A handler that the
    # parent has set for SIGTERM is of no use here.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, inbox, os.getppid()), daemon=True).start()
    try:
        work = setup()
    except Exception as error:
        pipe.send((False, None, _portable(error)))
        # Not by return, which would write what the parent had buffered when it forked.
        os._exit(1)
    while True:
        message = inbox.get()
        try:
            answer = ForkingPickler.dumps((True, work(ForkingPickler.loads(message)), None))
        except Exception as error:
            # Raised by the work, or by pickling what it returned.
            answer = ForkingPickler.dumps((True, None, _portable(error)))
        pipe.send_bytes(answer)


def _receive(pipe: Connection, inbox: queue.SimpleQueue[bytes], parent: int) -> None:
    """Take tasks off the pipe at all times: the parent must never wait to get rid of one."""
    try:
        while True:
            # After a fork other workers may hold copies of the parent's end, so that the pipe
            # alone does not show that the parent is gone.
            while not pipe.poll(ORPHAN_CHECK):
                if os.getppid() != parent:
                    os._exit(1)
            inbox.put(pipe.recv_bytes())
    except (EOFError, OSError):
        os._exit(1)


def _portable(error: Exception) -> tuple[BaseException, str]:
    """Return an exception that can be sent, and the text of its traceback."""
    text = "".join(traceback.format_exception(error))
    try:
        ForkingPickler.loads(ForkingPickler.dumps(error))
    except Exception:
        # An exception with a constructor of its own; its text is what matters.
        return RuntimeError(f"{type(error).__name__}: {error}"), text
    return error, text
