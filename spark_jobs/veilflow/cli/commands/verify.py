"""verify: check a release's signature, manifest, evidence and every file's hash.

Needs the store and the publisher's public key; no key that decrypts anything.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from veilflow.cli.console import print_json, print_table
from veilflow.cli.releases import add_release_arguments, chosen_release

__all__ = ["NAME", "add_arguments", "run"]

NAME = "verify"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which release, and whose signature to expect."""
    add_release_arguments(parser)
    parser.add_argument(
        "--public-key", type=Path, help="PEM file (default: the one pinned on this machine)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print every check; 1 if one failed."""
    from veilflow.pipeline.publisher import pinned_publisher
    from veilflow.store.verification import verify_release

    store, release = chosen_release(arguments)
    public_key = pinned_publisher(arguments.dataset, arguments.public_key)
    report = verify_release(store, arguments.dataset, release, public_key)
    if arguments.json:
        print_json(
            {
                "dataset": report.dataset,
                "release": report.release,
                "passed": report.passed,
                "checks": [
                    {"name": c.name, "passed": c.passed, "detail": c.detail} for c in report.checks
                ],
                "extra": list(report.extra),
            }
        )
    else:
        print(f"{report.dataset} {report.release}")
        rows = [("ok" if c.passed else "FAILED", c.name, c.detail) for c in report.checks]
        print_table(("", "check", "detail"), rows, widest=200)
        for extra in report.extra:
            print(f"not listed in the manifest: {extra}")
        print("verified" if report.passed else "NOT verified: don't use this release")
    return 0 if report.passed else 1
