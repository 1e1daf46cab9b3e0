"""No transform that promises concealment returns its input, whatever text it is given."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from veilflow.mask import DomainKey, KeyedTransform, Transform, create_transform, registered

KEY = DomainKey(bytes(range(32)), "people/default/team/unit", 1)
# What a transform needs to be made; an installation's resources are tested where they are.
PARAMETERS: dict[str, dict[str, Any]] = {
    "constant": {"value": "\N{SNOWMAN} instead"},
    "fpe": {"on_invalid": "redact", "alphabet": "alphanumerics"},
    "fake": {"kind": "person_name"},
}
ON_INVALID = {"on_invalid": "nullify"}


def made(name: str) -> Transform | None:
    """The transform as a worker has it; None for one that a text alone can't be given to."""
    parameters = PARAMETERS.get(name, {})
    transform = create_transform(name, parameters)
    if "on_invalid" not in parameters and hasattr(transform, "on_invalid"):
        transform = create_transform(name, parameters | ON_INVALID)
    if transform.needs_resources or transform.needs_numbers or name == "drop":
        return None
    return transform.bound(KEY) if isinstance(transform, KeyedTransform) else transform


CONCEALING = {
    name: transform
    for name, cls in sorted(registered().items())
    if cls.conceals and (transform := made(name)) is not None
}
# Arrow's texts are UTF-8, which has no halves of surrogate pairs.
TEXTS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=30))


def test_there_is_something_to_test() -> None:
    assert {"constant", "fpe", "nullify", "pseudonym", "redact", "token"} <= set(CONCEALING)


@settings(max_examples=150)
@given(TEXTS)
@example(["4111111111111111", "Ann", "", "12345678", None, "ann@mail.example", "é", "\0"])
def test_no_concealing_transform_returns_its_input(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    units = pa.array([f"unit {value}" for value in values], pa.string())
    for name, transform in CONCEALING.items():
        done = transform.apply_counted(column, units if transform.needs_unit else None)
        shown = done.values.to_pylist()
        assert len(shown) == len(values)
        # FF1 gives one of the 14 million texts of four letters back by chance: once in as many.
        same = [v for v, m in zip(values, shown, strict=True) if v is not None and v == m]
        assert not same, name
        assert all(m is None for v, m in zip(values, shown, strict=True) if v is None), name
