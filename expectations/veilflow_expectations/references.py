"""References: what a column is held against, kept as keyed digests under a name.

A suite names a reference ("raw:patients.email"); the digests behind the name are registered in the
process that validates. So suites can be stored and read by anyone, and no raw value is ever an
argument, a result or part of a query plan.

    register_reference("staff.email", staff["email"])      # pandas, Arrow, a list, a Spark column
    ExpectColumnValuesToNotAppearInReference(column="contact", reference="staff.email")

Memory: 8 bytes a distinct value on the driver, 16 or more in each worker while it looks them up.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from veilflow.classify import NO_TYPES, CustomTypes
from veilflow.errors import UsageError

from veilflow_expectations.digests import Int64, digest_rows, digest_values, to_arrow
from veilflow_expectations.splits import Split

__all__ = [
    "Membership",
    "References",
    "current_references",
    "forget_references",
    "register_previous",
    "register_reference",
    "register_rows",
    "use_references",
]

# A bit a reference; the sign bit is left alone so that SQL's integers stay positive.
WORD_BITS = 62
T = TypeVar("T")


class Sieve:
    """Lets every digest of a set through, and most others not: a Bloom filter of one function.

    Searching millions of sorted digests waits for memory some twenty times a value; this waits
    once. A digest is uniform already, so its top bits are the function. At least eight bits a
    digest, so at most an eighth of the others pass, up to 32 MB.
    """

    _MOST_BITS = 28

    def __init__(self, digests: Int64) -> None:
        wanted = min(self._MOST_BITS, max(10, int(digests.size - 1).bit_length() + 3))
        self._shift = np.uint64(64 - wanted)
        there = np.zeros(1 << wanted, dtype=np.bool_)
        there[self._places(digests)] = True
        self._bits = np.packbits(there, bitorder="little")

    def lets_through(self, digests: Int64) -> npt.NDArray[np.bool_]:
        """False only for digests that aren't in the set."""
        places = self._places(digests)
        bits = self._bits[places >> np.uint64(3)] >> (places & np.uint64(7)).astype(np.uint8)
        found: npt.NDArray[np.bool_] = (bits & np.uint8(1)).astype(np.bool_)
        return found

    def _places(self, digests: Int64) -> npt.NDArray[np.uint64]:
        places: npt.NDArray[np.uint64] = digests.view(np.uint64) >> self._shift
        return places


class Kept(Protocol):
    """A summary that :meth:`References.keep` keeps, and the function that registers such."""

    registered_by: ClassVar[str]


Summary = TypeVar("Summary", bound=Kept)


@dataclass(frozen=True, eq=False)
class Membership:
    """Which references hold a digest: sorted digests, each with a mask of references.

    ``masks[i, word]`` has bit ``n`` set if reference ``word * 62 + n`` of ``names`` holds
    ``digests[i]``. Holds the key, so it travels to workers by broadcast and in no plan.
    """

    names: tuple[str, ...]
    digests: Int64 = field(repr=False)
    masks: Int64 = field(repr=False)
    key: bytes = field(repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # As bytes: under spark.io.encryption PySpark can't write a large array's own buffer.
        shape = self.masks.shape
        return _membership, (
            self.names, self.digests.tobytes(), self.masks.tobytes(), shape, self.key
        )  # fmt: skip

    @property
    def words(self) -> int:
        return int(self.masks.shape[1])

    def bit(self, name: str) -> tuple[int, int]:
        """The word of the mask and the bit in it that stand for reference ``name``."""
        word, position = divmod(self.names.index(name), WORD_BITS)
        return word, 1 << position

    def masks_of(self, digests: Int64, known: npt.NDArray[np.bool_]) -> Int64:
        """One mask a digest; 0 where it is in no reference or ``known`` is false."""
        found = np.zeros((digests.size, self.words), dtype=np.int64)
        if self.digests.size and digests.size:
            asked = np.flatnonzero(known & self._sieve.lets_through(digests))
            sought = digests[asked]
            place = np.minimum(np.searchsorted(self.digests, sought), self.digests.size - 1)
            hit = self.digests[place] == sought
            found[asked[hit]] = self.masks[place[hit]]
        return found

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve(self.digests)


def _membership(
    names: tuple[str, ...], digests: bytes, masks: bytes, shape: tuple[int, int], key: bytes
) -> Membership:
    return Membership(
        names,
        np.frombuffer(digests, dtype=np.int64),
        np.frombuffer(masks, dtype=np.int64).reshape(shape),
        key,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Shared:
    """A broadcast, and the functions built on it: one object each, so that Spark sees two uses of
    a column as the same expression and computes it once."""

    membership: Any
    context: Any
    broadcast: Any
    functions: dict[str, Any] = field(default_factory=dict)


def _end(shared: _Shared | None) -> None:
    """Remove a broadcast from all workers, where its Spark still runs."""
    if shared is not None and shared.context._jsc is not None:
        shared.broadcast.destroy()


class References:
    """Named sets of digests under one key. The key is random unless given, and never shown.

    ``types`` are the policy's own, which whatever is looked into is searched for.
    """

    def __init__(self, key: bytes | None = None, types: CustomTypes = NO_TYPES) -> None:
        self.types = types
        self._key = secrets.token_bytes(32) if key is None else key
        if len(self._key) < 16:
            raise UsageError("a digest key has at least 16 bytes")
        self._sets: dict[str, Int64] = {}
        self._frames: dict[str, Any] = {}
        self._splits: dict[str, Split] = {}

        self._kept: dict[str, object] = {}
        self._held: dict[str, Any] = {}
        self._membership: Membership | None = None
        self._shared: _Shared | None = None
        self._others: dict[str, Any] = {}
        self._shared_others: list[_Shared] = []
        # Functions on columns that need no table, one object each (see _Shared).
        self.functions: dict[Any, Any] = {}

    def __contains__(self, name: object) -> bool:
        kept = (self._sets, self._frames, self._splits, self._held)
        return any(name in each for each in kept)

    def __repr__(self) -> str:
        return f"References({', '.join(sorted([*self._sets, *self._splits]))})"

    @property
    def key(self) -> bytes:
        """The key of the digests."""
        return self._key

    def size(self, name: str) -> int:
        """How many distinct values reference ``name`` holds."""
        return int(self._digests(name).size)

    def add(self, name: str, values: Any) -> None:
        """Register the values of a column under ``name``, replacing what it stood for."""
        if hasattr(values, "sparkSession"):
            from veilflow_expectations.spark_digests import distinct_digests

            self.add_digests(name, distinct_digests(values, self._key))
            return
        digested = digest_values(to_arrow(values), self._key)
        self.add_digests(name, digested.digests[digested.known])

    def add_rows(self, name: str, frame: Any, columns: Sequence[str]) -> None:
        """Register whole rows of ``columns`` of a pandas or Spark frame under ``name``."""
        if hasattr(frame, "sparkSession"):
            from veilflow_expectations.spark_digests import distinct_rows

            self.add_digests(name, distinct_rows(frame, columns, self._key))
            return
        self.add_digests(name, row_digests(frame, columns, self._key))

    def add_digests(self, name: str, digests: Int64) -> None:
        """Register digests made under :attr:`key`."""
        found = np.asarray(digests, dtype=np.int64)
        if not (found[1:] > found[:-1]).all():  # what was counted comes sorted
            found = _distinct(found)
        self._sets[name] = found
        self._membership = None

    def add_frame(self, name: str, frame: Any) -> None:
        """Keep an earlier release, a pandas or Spark frame, under ``name``."""
        self._frames[name] = frame

    def frame(self, name: str) -> Any:
        """The frame kept under ``name``. Raises UsageError if there is none."""
        if name not in self._frames:
            raise UsageError(
                f"no earlier release is registered as {name!r}.",
                remedy="Call register_previous(name, frame) before validating.",
            )
        return self._frames[name]

    def add_split(self, name: str, split: Split) -> None:
        """Register rows that were fitted on and unseen ones; they stay in this process."""
        self._splits[name] = split

    def split(self, name: str) -> Split:
        """The split registered under ``name``; UsageError if there is none."""
        if name not in self._splits:
            raise UsageError(
                f"no split is registered as {name!r}.",
                remedy="Call register_split(name, training, holdout) before validating.",
            )
        return self._splits[name]

    def hold(self, name: str, data: Any) -> None:
        """Keep arrays for an attack under ``name``; they stay in this process."""
        self._held[name] = data

    def held(self, name: str, kind: type[T]) -> T:
        """What is kept under ``name``. Raises UsageError unless it is of that kind."""
        found = self._held.get(name)
        if not isinstance(found, kind):
            raise UsageError(
                f"no {kind.__name__} is registered as {name!r}.",
                remedy="docs/expectations/attacks.md says how to register what an attack needs.",
            )
        return found

    def membership(self) -> Membership:
        """The look-up table of all references."""
        if self._membership is None:
            self._membership = self._build()
        return self._membership

    def keep(self, name: str, summary: object) -> None:
        """Keep a summary of a column or table (counts, distributions) under ``name``.

        It stays on the driver and is shown nowhere.
        """
        self._kept[name] = summary

    def keeps(self, name: str) -> bool:
        """Whether a summary is kept under ``name``."""
        return name in self._kept

    def kept(self, name: str, kind: type[Summary]) -> Summary:
        """The summary under ``name``. Raises UsageError if there is none of that kind."""
        summary = self._kept.get(name)
        if not isinstance(summary, kind):
            raise UsageError(
                f"no reference of the right kind is registered as {name!r}.",
                remedy=f"Call {kind.registered_by}(...) before validating.",
            )
        return summary

    def digests(self, name: str) -> Int64:
        """The sorted digests of reference ``name``."""
        return self._digests(name)

    def require(self, name: str) -> None:
        """Raise UsageError if nothing is registered under ``name``."""
        self._digests(name)

    def share(self, spark: Any) -> _Shared:
        """The look-up table as a broadcast of ``spark``, made once; :meth:`release` ends it."""
        membership, context = self.membership(), spark.sparkContext
        shared = self._shared
        if shared is None or shared.membership is not membership or shared.context is not context:
            # Only this one: columns already planned look up the others.
            _end(self._shared)
            shared = _Shared(membership, context, context.broadcast(membership))
            self._shared = shared
        return shared

    def add_other(self, name: str, table: Any) -> None:
        """Keep a look-up table of another kind under ``name`` (what texts are searched for)."""
        self._others[name] = table

    def other(self, name: str) -> Any:
        """The table kept by :meth:`add_other`, or None."""
        return self._others.get(name)

    def share_other(self, spark: Any, table: Any) -> _Shared:
        """Such a table as a broadcast of ``spark``, made once; :meth:`release` ends it."""
        context = spark.sparkContext
        for shared in self._shared_others:
            if shared.membership is table and shared.context is context:
                return shared
        shared = _Shared(table, context, context.broadcast(table))
        self._shared_others.append(shared)
        return shared

    def release(self) -> None:
        """Remove the look-up tables, and the keys in them, from all workers."""
        for shared in (self._shared, *self._shared_others):
            _end(shared)
        self._shared, self._shared_others = None, []

    def _digests(self, name: str) -> Int64:
        if name not in self._sets:
            raise UsageError(
                f"no reference is registered as {name!r}.",
                remedy="Call register_reference(name, values) before validating.",
            )
        return self._sets[name]

    def _build(self) -> Membership:
        names = tuple(self._sets)
        words = max(1, -(-len(names) // WORD_BITS))
        digests = _distinct(np.concatenate([np.zeros(0, np.int64), *self._sets.values()]))
        masks = np.zeros((digests.size, words), dtype=np.int64)
        for index, name in enumerate(names):
            word, position = divmod(index, WORD_BITS)
            # Sorted in sorted: each digest once a reference.
            masks[np.searchsorted(digests, self._sets[name]), word] |= 1 << position
        return Membership(names, digests, masks, self._key)


def _distinct(digests: Int64) -> Int64:
    """Sorted, each once. NumPy's own way, by hashing, takes ten times as long for so many."""
    found = np.sort(digests)
    return found[np.append(True, found[1:] != found[:-1])] if found.size else found


def row_digests(frame: Any, columns: Sequence[str], key: bytes) -> Int64:
    """One digest a row of ``columns`` of a pandas frame."""
    return digest_rows([to_arrow(frame[name]) for name in columns], key)


_default: References | None = None
_current: ContextVar[References | None] = ContextVar("veilflow_references", default=None)


def current_references() -> References:
    """Where names are looked up: the innermost :func:`use_references`, else the process's own."""
    global _default
    chosen = _current.get() or _default
    if chosen is None:
        chosen = _default = References()
    return chosen


@contextmanager
def use_references(references: References) -> Iterator[References]:
    """Look names up in ``references`` inside the block; their broadcast ends with it."""
    token = _current.set(references)
    try:
        yield references
    finally:
        _current.reset(token)
        references.release()


def register_reference(name: str, values: Any) -> None:
    """Register the values of a column under ``name``, digested under this process's random key.

    ``values``: a pandas Series, an Arrow array, a sequence, or a Spark DataFrame of one column.
    """
    current_references().add(name, values)


def register_rows(name: str, frame: Any, columns: Sequence[str]) -> None:
    """Register whole rows of a pandas or Spark frame under ``name``."""
    current_references().add_rows(name, frame, columns)


def register_previous(name: str, frame: Any) -> None:
    """Register an earlier release of a table, a pandas or Spark frame, under ``name``."""
    current_references().add_frame(name, frame)


def forget_references() -> None:
    """Forget every reference of this process, and the key they were digested under."""
    global _default
    if _default is not None:
        _default.release()
    _default = None
