"""The stages one by one: protect, synthesize and publish a run that is pinned."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from veilflow.cli.console import print_json, stage_line

if TYPE_CHECKING:
    from veilflow.pipeline.stages import Product

__all__ = ["COMMANDS", "run_one"]


@dataclass(frozen=True)
class StageCommand:
    """A command that runs one stage of an existing run."""

    NAME: str
    __doc__: str
    has_product: bool = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The run, and for shared stages which product."""
        parser.add_argument("run_uri", metavar="RUN", help="STORE/runs/DATASET/RUN")
        if self.has_product:
            parser.add_argument(
                "--product",
                choices=("masked", "synthetic"),
                default="masked",
                help="default: masked",
            )

    def run(self, arguments: argparse.Namespace) -> int:
        """Run the stage and print what it measured."""
        product: Product = getattr(arguments, "product", "masked")
        return run_one(self.NAME, arguments.run_uri, product, as_json=arguments.json)


def run_one(name: str, run_uri: str, product: Product, *, as_json: bool) -> int:
    """Run the stage ``name`` of a run and print what it measured."""
    from veilflow.evidence import StageEvidence
    from veilflow.pipeline import open_run, publish
    from veilflow.pipeline.summary import summary_lines

    with stage_line(name, quiet=as_json):
        if name == "publish":
            evidence = StageEvidence.from_json(publish(run_uri, product))
        else:
            from veilflow.spark.jobs import run_stage
            from veilflow.spark.session import session

            stage = f"{name}_synthetic" if product == "synthetic" else name
            with session(stage) as spark:
                evidence = run_stage(spark, open_run(run_uri), stage)
    if as_json:
        print_json(evidence.to_json())
    else:
        print("\n".join(summary_lines(evidence)), file=sys.stdout)
    return 0


COMMANDS: tuple[ModuleType, ...] = (  # type: ignore[assignment]
    StageCommand("protect", "protect: mask and anonymise the tables of a pinned run."),
    StageCommand("synthesize", "synthesize: make synthetic rows for a pinned run."),
    StageCommand("publish", "publish: publish what was validated.", has_product=True),
)
