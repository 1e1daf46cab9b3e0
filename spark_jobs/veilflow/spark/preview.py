"""A few masked rows of each table, decided as in a run.

Nothing is written but the dataset's masking root where there is none yet, and the audit log where
originals are shown. No vault is asked or written: what is shown of ``vault_token`` are tokens of a
vault that keeps nothing, which no release has.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from veilflow.keys import open_provider
from veilflow.pipeline.audit import append_audit
from veilflow.pipeline.home import expand
from veilflow.pipeline.pin import pin_source
from veilflow.pipeline.run import RunParameters
from veilflow.pipeline.settle import settle
from veilflow.policy import policy_sha256, read_policy
from veilflow.spark.population import read_population
from veilflow.spark.protect import decide, protect
from veilflow.spark.reading import cast_columns, check_reading, quoted, read_table
from veilflow.spark.redaction import silence_engine_log, stage_errors
from veilflow.spark.resources import throw_away_resources
from veilflow.store.key_records import ensure_masking_root, masking_key_ref
from veilflow.store.object_store import open_store

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, SparkSession

__all__ = ["preview"]


def preview(
    spark: SparkSession, policy_path: str, rows: int, *, reason: str | None = None
) -> dict[str, pa.Table]:
    """Up to ``rows`` rows of each table as the release would have them.

    With a ``reason``, each masked column is followed by its original (``NAME (original)``), and
    who saw them and why is in the audit log before anything is shown.
    """
    policy = read_policy(policy_path).policy
    store_uri, keys_uri = expand(policy.publish.store), expand(policy.publish.keys)
    store, provider = open_store(store_uri), open_provider(keys_uri)
    silence_engine_log()
    with stage_errors("preview"):
        source = pin_source(policy, Path(policy_path), RunParameters(), store, provider)
        policy = settle(policy, source.tables)
        nulls = policy.source.null_values
        frames = {}
        for table in source.tables:
            raw = read_table(spark, source, table)
            columns = policy.tables[table.name].columns
            check_reading(raw, table.name, columns, nulls)
            frames[table.name] = cast_columns(raw, columns, nulls)
        root = ensure_masking_root(store, provider, policy.dataset, "masking")
        key_ref = masking_key_ref(keys_uri, store_uri, policy.dataset, "masking", root.version)
        decision = decide(policy, frames, read_population(spark, policy, source))
        # What joins within one release alone joins with no other preview either.
        release = f"preview-{secrets.token_hex(8)}"
        resources = throw_away_resources(policy)
        protected = protect(spark, policy, frames, decision, key_ref, resources, release)
        if reason is not None:
            append_audit(
                store,
                "preview-originals",
                policy.dataset,
                reason=reason,
                policy_sha256=policy_sha256(policy),
                rows=str(rows),
            )
        shown = {}
        for name, masked in protected.items():
            released = policy.tables[name].released
            beside: list[Column] = []
            for column, expression in zip(released, masked.columns.values(), strict=True):
                beside.append(expression)
                if reason is not None:
                    beside.append(quoted(column).alias(f"{column} (original)"))
            shown[name] = masked.frame.select(*beside).limit(rows).toArrow()
    return shown
