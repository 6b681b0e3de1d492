"""Makes a task of an operation and waits for it, on the generated client of the gateway's own protocol."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

from .generated import AuthenticatedClient
from .generated.api.polyphony import polyphony_cancel, polyphony_create, polyphony_read
from .generated.models import PolyphonyTask, PolyphonyTaskRequest
from .generated.types import UNSET, Response

# Seconds that one request waits at the gateway, well below the time after which a request is given up.
WAIT = 30
TIMEOUT = 60.0
# How often a request is repeated that had no answer, or was refused for the moment.
RETRIES = 4
REFUSED_FOR_NOW = (429, 502, 503, 504)
LONGEST_PAUSE = 60.0


class TaskFailed(Exception):
    """A task that ended without a result, or a request that was refused."""

    def __init__(self, message: str, code: str, status: int | None = None, task: PolyphonyTask | None = None):
        super().__init__(message)
        #: A code of docs/errors.md, or the status of a task that was cancelled.
        self.code = code
        #: The status of HTTP; None for a task that failed.
        self.status = status
        self.task = task


class Polyphony:
    """Calls a gateway with a key. `client` is the generated client, for everything that has no method here."""

    def __init__(self, url: str, key: str, *, retries: int = RETRIES):
        self.client = AuthenticatedClient(base_url=url.rstrip("/"), token=key, timeout=httpx.Timeout(TIMEOUT))
        self._retries = retries

    def __enter__(self) -> Polyphony:
        self.client.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.client.__exit__(*error)

    def submit(
        self, operation: str, input: dict[str, Any], *, webhook: str | None = None, idempotency_key: str | None = None
    ) -> PolyphonyTask:
        """The task as it was accepted. A repetition with the same `idempotency_key` makes no second one."""
        body = PolyphonyTaskRequest.from_dict({"operation": operation, "input": input})
        if webhook is not None:
            body.webhook = webhook
        key = idempotency_key or str(uuid.uuid4())
        return self._ask(
            lambda: polyphony_create.sync_detailed(client=self.client, body=body, idempotency_key=key)
        )

    def wait(
        self,
        id: str,
        *,
        timeout: float | None = None,
        on_progress: Callable[[PolyphonyTask], None] | None = None,
    ) -> PolyphonyTask:
        """The completed task. `timeout` is in seconds: then `TimeoutError` is raised, and the task goes on.

        Raises `TaskFailed` for a task that failed or was cancelled.
        """
        ends = None if timeout is None else time.monotonic() + timeout
        while True:
            left = WAIT if ends is None else max(0, min(WAIT, ends - time.monotonic()))
            task = self._ask(lambda: polyphony_read.sync_detailed(id, client=self.client, wait=left))
            if on_progress is not None:
                on_progress(task)
            if task.ended_at is not None:
                break
            if ends is not None and time.monotonic() >= ends:
                raise TimeoutError(f"The task {id} is still {task.status}; it goes on.")
        if str(task.status) == "completed":
            return task
        error = task.error
        if error is None:
            raise TaskFailed(f"The task {id} was {task.status}.", str(task.status), task=task)
        raise TaskFailed(error.message, str(error.code), task=task)

    def run(self, operation: str, input: dict[str, Any], **options: Any) -> PolyphonyTask:
        """Submits a task and waits for it. Options are those of `submit` and `wait`."""
        waiting = {name: options.pop(name) for name in ("timeout", "on_progress") if name in options}
        return self.wait(self.submit(operation, input, **options).id, **waiting)

    def cancel(self, id: str) -> PolyphonyTask:
        """Ends a task that waits, or that its provider can end."""
        return self._ask(lambda: polyphony_cancel.sync_detailed(id, client=self.client))

    def download(self, url: str) -> bytes:
        """A file of a task's output. Files of the gateway need no key."""
        return httpx.get(url, timeout=TIMEOUT, follow_redirects=True).raise_for_status().content

    def _ask(self, request: Callable[[], Response[Any]]) -> PolyphonyTask:
        for attempt in range(self._retries + 1):
            is_last = attempt == self._retries
            try:
                answer = request()
            except httpx.TransportError:
                if is_last:
                    raise
                time.sleep(min(2**attempt / 2, LONGEST_PAUSE))
                continue
            if answer.status_code in REFUSED_FOR_NOW and not is_last:
                time.sleep(pause_of(answer.headers.get("retry-after"), attempt))
                continue
            if isinstance(answer.parsed, PolyphonyTask):
                return answer.parsed
            raise refusal(answer)
        raise AssertionError("unreachable")


def pause_of(retry_after: str | None, attempt: int) -> float:
    """Seconds until the next attempt: as the gateway says, if it does."""
    if retry_after is not None and retry_after.isdigit():
        return min(float(retry_after), LONGEST_PAUSE)
    return min(2**attempt / 2, LONGEST_PAUSE)


def refusal(answer: Response[Any]) -> TaskFailed:
    error = getattr(answer.parsed, "error", UNSET)
    status = int(answer.status_code)
    if error is UNSET or error is None:
        return TaskFailed(f"The gateway answered {status}.", "unknown", status)
    return TaskFailed(error.message, str(error.code), status)
