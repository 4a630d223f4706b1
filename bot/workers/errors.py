"""What can go wrong with a task that another process does.

WorkerError            the task has no answer
├── WorkerLost         the process ended, or had to be ended, before it answered
├── OwnerBarred        its owner has cost too many processes lately: it was not tried
└── TaskFault          the function raised; its trace stands in a note
"""


class WorkerError(Exception):
    """A task has no answer. The text is a sentence about why."""


class WorkerLost(WorkerError):
    """A worker process ended, or had to be ended, before it answered."""


class OwnerBarred(WorkerError):
    """Texts of this owner have cost too many processes lately, so this one was not read."""


class TaskFault(WorkerError):
    """The task's function raised something of its own."""
