"""What a transform is: the classes that one is derived from.

A transform is a small frozen dataclass whose fields are its parameters. Its class says what it
promises and what it needs: whether it conceals, its guarantees, a key, the row's privacy unit, a
resource of the installation. Whoever runs it (veilflow.spark.workers) provides that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from veilflow.mask.domain_key import DomainKey
from veilflow.mask.guarantees import Guarantees
from veilflow.mask.outcome import OnInvalid, Outcome, Reason, settle

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

__all__ = ["CheckedTransform", "KeyedTransform", "Transform", "ValueTransform"]


class Transform:
    """Arrow array in, Arrow array of the same length out. Null stays null unless said otherwise.

    Attributes:
        conceals: it promises that no value is shown by its output, beyond chance.
        guarantees: what else it promises.
        needs_numbers: it takes columns of numbers alone.
        needs_unit: :meth:`apply_counted` needs the privacy unit of each row.
        needs_groups: it treats the rows of a group together, of which a batch holds a part alone.
            Only Veilflow's own do: whoever runs them brings the groups together.
        needs_resources: the kinds of resources that :meth:`opened` needs.
        is_repeatable: equal values in rows of one person become equal, in every run.
        is_drawn_by_row: it draws for each row, and can be given what it draws by
            (:meth:`apply_drawn`), so that a task that is repeated draws the same.
        is_drawn_by_unit: what it does to a person's values is drawn once for all columns.
        counts_inside: it marks rows of which a part couldn't be treated, whatever its own
            ``on_invalid``.
        takes_text: the engine casts a column to text first, as it does so itself. Otherwise the
            column's own type comes in.
    """

    name: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    conceals: ClassVar[bool] = False
    guarantees: ClassVar[Guarantees] = Guarantees()
    needs_numbers: ClassVar[bool] = False
    needs_unit: ClassVar[bool] = False
    needs_groups: ClassVar[bool] = False
    needs_resources: ClassVar[tuple[str, ...]] = ()
    is_repeatable: ClassVar[bool] = True
    is_drawn_by_row: ClassVar[bool] = False
    is_drawn_by_unit: ClassVar[bool] = False
    counts_inside: ClassVar[bool] = False
    takes_text: ClassVar[bool] = False

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        """The Arrow type that :meth:`apply` returns for an array of ``input_type``."""
        raise NotImplementedError

    def apply(self, values: pa.Array) -> pa.Array:
        """The masked values."""
        raise NotImplementedError

    def apply_counted(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        """The masked values, and which of them couldn't be treated.

        ``units`` are the privacy units of the rows, as text; only a transform that ``needs_unit``
        is given them. Raises ReleaseRefused, without a value, if it meets what it must refuse.
        """
        return Outcome(self.apply(values))

    def apply_drawn(self, values: pa.Array, words: npt.NDArray[np.uint64]) -> Outcome:
        """As :meth:`apply_counted` of one that ``is_drawn_by_row``, by two words for each row."""
        raise NotImplementedError

    def opened(self, resources: Mapping[str, str]) -> Transform:
        """This transform with its resources, on the worker that uses it.

        ``resources`` has a reference for each kind in :attr:`needs_resources`. A reference opens
        nothing by itself: secrets are found by whoever opens it, in the worker's own process.
        """
        return self


class ValueTransform(Transform):
    """A transform of single values: subclass and write :meth:`mask`. The output is text.

    Equal values are masked once per batch, so ``mask`` must be a function of the value alone.
    """

    takes_text = True

    def mask(self, value: str) -> str | None:
        """The masked form of one non-null value (as text)."""
        raise NotImplementedError

    def output_type(self, input_type: pa.DataType) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def apply(self, values: pa.Array) -> pa.Array:
        import pyarrow as pa

        encoded = values.cast(pa.string()).dictionary_encode()
        masked = [None if v is None else self.mask(v) for v in encoded.dictionary.to_pylist()]
        return pa.array(masked, pa.string()).take(encoded.indices)


class KeyedTransform(ValueTransform):
    """A transform that needs a key. ``keyed`` returns the one bound to a column's 32-byte key.

    One whose output isn't text overrides ``takes_text`` and ``output_type``; one that makes no
    pseudonyms (equal values equal, others apart) says ``is_pseudonym = False``.
    """

    is_pseudonym: ClassVar[bool] = True

    def keyed(self, key: bytes) -> Transform:
        """This transform with its key; the result must not show the key in its repr."""
        raise NotImplementedError

    @property
    def use(self) -> str:
        """What its key is derived for: no other transform has the same key in a domain."""
        cls = type(self)
        # One that a user brought along needn't have registered a name.
        return self.name or f"{cls.__module__}:{cls.__qualname__}"

    def bound(self, key: DomainKey) -> Transform:
        """This transform with the key of one domain and version; what runs it calls this one.

        Override it in place of :meth:`keyed` where the output is bound to the domain's name or the
        key's version. One that can be undone returns a transform with ``reveal(values)``, which
        gives null where this key made no such value, and says so in ``guarantees.reversible_by``.
        """
        return self.keyed(key.material)

    @property
    def linked_parts(self) -> Mapping[str, KeyedTransform]:
        """What it does to parts of a value in linkage domains of their own, by path."""
        return {}

    def bound_with_parts(self, key: DomainKey, parts: Mapping[str, DomainKey]) -> Transform:
        """As :meth:`bound`, with the key of each of :attr:`linked_parts`, derived for its use."""
        return self.bound(key)


class CheckedTransform(Transform):
    """A transform that can meet values it can't treat: subclass and write :meth:`treat`.

    A dataclass derived from it has the field ``on_invalid``, "refuse" unless given.
    """

    on_invalid: OnInvalid

    def treat(
        self, values: pa.Array, units: pa.Array | None
    ) -> tuple[pa.Array, pa.BooleanArray, Reason]:
        """The masked values, which ones can't be treated (true), and why not.

        What is in the values' array there doesn't matter: it is replaced. A null isn't invalid.
        """
        raise NotImplementedError

    def apply(self, values: pa.Array) -> pa.Array:
        return self.apply_counted(values).values

    def apply_counted(self, values: pa.Array, units: pa.Array | None = None) -> Outcome:
        masked, invalid, reason = self.treat(values, units)
        name = self.name or type(self).__name__
        return settle(masked, invalid, self.on_invalid, name, reason)
