"""``python -m benchmarks.leak_gates``: what the leak gates cost, and what they find, on patients.

Synthetic rows, training rows and unseen rows of a made-up hospital, and all gates that the demo's
policy asks for, on pandas: no Spark, one process. The controls are outputs that must be refused and
such as must pass; the smallest detectable share is at an error rate of one in a thousand.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "SECRETS", "controls", "gates", "main", "patients"]

# What is left of the hospital's patients without direct identifiers.
COLUMNS = ("birth_date", "sex", "zip_code", "ethnicity", "insurance", "blood_type", "smoker")
SECRETS = ("insurance", "blood_type", "smoker")


def patients(rows: int, seed: int) -> pd.DataFrame:
    """Made-up patients, a row each."""
    import pyarrow as pa
    from veilflow.sample_data.hospital import make_blocks

    tables = [block.patients for block in make_blocks(rows, seed=seed)]
    return pa.concat_tables(tables).select(list(COLUMNS)).to_pandas()


def controls(
    training: pd.DataFrame, unseen: pd.DataFrame, seed: int
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Outputs that copy nobody, and such as are made of copies of the training rows.

    What is made of training has values of fewer than ten rows merged first, as a fit does.
    """
    import pandas as pd
    from veilflow.synthesize import fit, merge_rare, sample

    random = np.random.default_rng(seed)
    rows = len(unseen)
    kinds = {
        name: "numerical" if pd.api.types.is_numeric_dtype(cells) else "categorical"
        for name, cells in training.items()
    }
    merged = training.astype(
        {name: "float64" if kind == "numerical" else object for name, kind in kinds.items()}
    )
    merge_rare(merged, kinds, 10)
    independent = {name: random.choice(merged[name].to_numpy(), rows) for name in merged}
    copied = training.sample(rows, replace=rows > len(training), random_state=seed)
    yield "unseen people", unseen
    yield "independent columns", pd.DataFrame(independent)
    yield "Gaussian copula", sample(fit(merged, kinds), rows, seed)
    for percent in (100, 10, 1):
        count = rows * percent // 100
        yield f"{percent} % copies", pd.concat([copied.iloc[:count], unseen.iloc[count:]])


def gates(columns: Sequence[str], secrets: Sequence[str]) -> list[Any]:
    """The gates that a policy compiles to, on the split "bench"."""
    from veilflow_expectations import (
        ExpectAttributeInferenceToBeBelow,
        ExpectCopiesOfTrainingToBeBelow,
        ExpectLinkabilityToBeBelow,
        ExpectSinglingOutToBeBelow,
    )

    given = {"columns": list(columns), "reference": "bench"}
    share = 1e-3 / len(secrets)
    return [
        ExpectCopiesOfTrainingToBeBelow(**given),
        ExpectSinglingOutToBeBelow(**given),
        ExpectLinkabilityToBeBelow(**given, first=list(columns[::2])),
        *(
            ExpectAttributeInferenceToBeBelow(**given, secret=name, error_rate=share)
            for name in secrets
        ),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Print one line of JSON for each control."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leak_gates", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of each of the three parts")
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args(argv)
    from veilflow_expectations.references import References, use_references
    from veilflow_expectations.splits import split_of

    made = patients(3 * arguments.rows, arguments.seed)
    training, holdout, unseen = (
        made.iloc[part * arguments.rows : (part + 1) * arguments.rows] for part in range(3)
    )
    with use_references(References()) as references:
        references.add_split("bench", split_of(training, holdout, seed=arguments.seed))
        for name, output in controls(training, unseen, arguments.seed):
            print(json.dumps(_measured(name, output)), flush=True)
    return 0


def _measured(name: str, output: pd.DataFrame) -> dict[str, Any]:
    from great_expectations import ExpectationSuite
    from veilflow_expectations import run_suite

    began, cpu = time.perf_counter(), time.process_time()
    suite = ExpectationSuite("gates", expectations=gates(COLUMNS, SECRETS))
    checks = run_suite(output, suite).checks
    return {
        "output": name,
        "rows": len(output),
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "refused_by": [check.name for check in checks if not check.passed],
        "estimated_copies": checks[0].observed,
        "smallest_detectable": checks[0].smallest_detectable,
    }


if __name__ == "__main__":
    sys.exit(main())
