"""The same policy by other tools, in one process: Presidio's anonymizer, and pandas with Faker.

Neither has all of it. Presidio gets whole cells as entities (hash, mask, replace, encrypt); where
it has no operator (rounding, dates) pandas does it. Faker replaces what we encrypt or tokenise.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from benchmarks.masked_table import TABLE, policy_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["measure_peers"]


def measure_peers(table: pa.Table, key: bytes) -> Iterator[tuple[str, float | None]]:
    """Each tool and its CPU seconds; None where it isn't installed."""
    works: dict[str, Callable[[], object]] = {
        "Veilflow, in this process": lambda: _ours(table, key),
        "Presidio anonymizer": lambda: _presidio(table.to_pandas(), key),
        "pandas and Faker": lambda: _faker(table.to_pandas()),
    }
    for name, work in works.items():
        begun = time.process_time()
        try:
            work()
        except ImportError:
            yield name, None
            continue
        yield name, time.process_time() - begun


def _ours(table: pa.Table, key: bytes) -> pa.Table:
    import pyarrow as pa
    from veilflow.mask import DomainKey, KeyedTransform, create_transform

    made = {}
    for name, column in policy_of().tables[TABLE].released.items():
        assert column.protect is not None
        transform = create_transform(column.protect.name, column.protect.parameters)
        if isinstance(transform, KeyedTransform):
            transform = transform.bound(DomainKey(key, name, 1))
        chunks = table.column(name).chunks
        made[name] = pa.chunked_array([transform.apply(chunk) for chunk in chunks])
    return pa.table(made)


def _presidio(frame: pd.DataFrame, key: bytes) -> pd.DataFrame:
    from presidio_anonymizer import AnonymizerEngine
    from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

    engine: Any = AnonymizerEngine()
    operators = {
        "patient_id": OperatorConfig("hash", {"hash_type": "sha256", "salt": key.hex()}),
        "card": OperatorConfig("encrypt", {"key": key.hex()[:32]}),
        "phone": OperatorConfig("encrypt", {"key": key.hex()[:32]}),
        "full_name": OperatorConfig("replace", {"new_value": "[REDACTED]"}),
        "email": OperatorConfig(
            "mask", {"masking_char": "*", "chars_to_mask": 20, "from_end": False}
        ),
    }
    for name, operator in operators.items():
        frame[name] = [
            engine.anonymize(
                text=value,
                analyzer_results=[RecognizerResult("CELL", 0, len(value), 1.0)],
                operators={"CELL": operator},
            ).text
            for value in frame[name]
        ]
    return _numbers(frame)


def _faker(frame: pd.DataFrame) -> pd.DataFrame:
    from faker import Faker

    fake = Faker()
    made: dict[str, dict[str, str]] = {"card": {}, "phone": {}}
    makers = {"card": fake.credit_card_number, "phone": fake.phone_number}
    for name, known in made.items():
        for value in frame[name]:
            if value not in known:
                known[value] = makers[name]()
        frame[name] = frame[name].map(known)
    frame["patient_id"] = frame["patient_id"].map(
        lambda value: hashlib.sha256(value.encode()).hexdigest()[:26]
    )
    frame["full_name"] = "[REDACTED]"
    frame["email"] = frame["email"].map(lambda value: "*" * (len(value) - 8) + value[-8:])
    return _numbers(frame)


def _numbers(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    frame["birth_date"] = pd.to_datetime(frame["birth_date"]).dt.to_period("M").dt.to_timestamp()
    frame["charge"] = (frame["charge"] / 100).round() * 100
    frame["weight"] = frame["weight"] // 5 * 5
    return frame
