"""A client of Polyphony: what is generated of the gateway's own description, and the few lines that wait for tasks."""

from .tasks import Polyphony, TaskFailed

__all__ = ["Polyphony", "TaskFailed"]
