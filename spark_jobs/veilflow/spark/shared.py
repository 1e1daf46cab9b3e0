"""One object for all workers, encrypted on its way."""

from __future__ import annotations

import pickle
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext

__all__ = ["Shared"]

T = TypeVar("T")


class Shared(Generic[T]):
    """A broadcast of ``value``, which a worker reads once a task.

    PySpark 4.2 can't broadcast large NumPy arrays where Spark encrypts, because its encrypting
    stream takes no buffers: so bytes are broadcast.
    """

    def __init__(self, context: SparkContext, value: T) -> None:
        self._pickled: Broadcast[bytes] = context.broadcast(pickle.dumps(value))

    def __getstate__(self) -> dict[str, Any]:
        return {"_pickled": self._pickled}

    @cached_property
    def value(self) -> T:
        loaded: T = pickle.loads(self._pickled.value)  # noqa: S301 - what this class has dumped
        return loaded
