"""keys: describe or destroy a key at its provider.

Destroying a release's key makes what is still encrypted unreadable, for everybody and for good.
"""

from __future__ import annotations

import argparse

from veilflow.cli.console import print_json, print_table
from veilflow.errors import UsageError

__all__ = ["NAME", "add_arguments", "run"]

NAME = "keys"
_KEYS = "file://$VEILFLOW_HOME/keyring"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, with which key, at which provider."""
    parser.add_argument("action", choices=("describe", "destroy"))
    parser.add_argument("key", help="key id, e.g. patients/release/20261123t020000z-1a2b3c4d")
    parser.add_argument("--keys", default=_KEYS, help=f"key provider (default {_KEYS})")
    parser.add_argument("--store", default="file://$VEILFLOW_HOME/store", help="for the audit log")
    parser.add_argument("--reason", default="", help="why the key is destroyed; goes into the log")
    parser.add_argument("--confirm", default="", help="repeat the key id to destroy it")


def run(arguments: argparse.Namespace) -> int:
    """Print the key's description; destroying needs the id repeated and a reason."""
    from veilflow.keys import open_provider
    from veilflow.pipeline.audit import append_audit
    from veilflow.pipeline.home import expand
    from veilflow.store.object_store import open_store

    provider = open_provider(expand(arguments.keys))
    if arguments.action == "destroy":
        if arguments.confirm != arguments.key or not arguments.reason.strip():
            raise UsageError(
                "Destroying a key can't be undone.",
                remedy=f"Add --confirm {arguments.key} and --reason 'why'.",
            )
        provider.describe(arguments.key)  # an unknown key is an error, not a destruction
        store = open_store(expand(arguments.store))
        append_audit(store, "destroy-key", arguments.key, reason=arguments.reason.strip())
        description = provider.destroy(arguments.key)
    else:
        description = provider.describe(arguments.key)
    if arguments.json:
        print_json(description.to_dict())
    else:
        print_table(("property", "value"), list(description.to_dict().items()))
    return 0
