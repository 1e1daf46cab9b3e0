"""keys: describe or destroy a key at its provider, plan or make a rotation of the masking root.

Destroying a release's key makes what is still encrypted unreadable, for everybody and for good.
Rotating the masking root ends the joins between what was released before and what comes after.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from veilflow.cli.console import print_json, print_table
from veilflow.errors import UsageError

__all__ = ["NAME", "add_arguments", "run"]

NAME = "keys"
_KEYS = "file://$VEILFLOW_HOME/keyring"
_STORE = "file://$VEILFLOW_HOME/store"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, with which key, at which provider."""
    parser.add_argument("action", choices=tuple(_ACTIONS))
    parser.add_argument(
        "key",
        help="key id, e.g. patients/release/20261123t020000z-1a2b3c4d; for the last two actions "
        "a policy file",
    )
    parser.add_argument("--keys", default=_KEYS, help=f"key provider (default {_KEYS})")
    parser.add_argument("--store", default=_STORE, help="for the audit log")
    parser.add_argument("--reason", default="", help="why it is done; goes into the audit log")
    parser.add_argument(
        "--confirm", default="", help="repeat the key id to destroy it, the dataset to rotate"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it and print what came of it; what can't be undone is asked for twice, with a reason."""
    return _ACTIONS[arguments.action](arguments)


def _describe(arguments: argparse.Namespace) -> int:
    from veilflow.keys import open_provider
    from veilflow.pipeline.home import expand

    return _show(arguments, open_provider(expand(arguments.keys)).describe(arguments.key).to_dict())


def _destroy(arguments: argparse.Namespace) -> int:
    from veilflow.keys import open_provider
    from veilflow.pipeline.audit import append_audit
    from veilflow.pipeline.home import expand
    from veilflow.store.object_store import open_store

    _require(arguments, arguments.key, "Destroying a key can't be undone.")
    provider = open_provider(expand(arguments.keys))
    provider.describe(arguments.key)  # an unknown key is an error, not a destruction
    store = open_store(expand(arguments.store))
    append_audit(store, "destroy-key", arguments.key, reason=arguments.reason.strip())
    return _show(arguments, provider.destroy(arguments.key).to_dict())


def _plan_rotation(arguments: argparse.Namespace) -> int:
    from veilflow.pipeline.home import expand
    from veilflow.pipeline.rotation import plan_rotation
    from veilflow.policy import read_policy
    from veilflow.store.object_store import open_store

    policy = read_policy(arguments.key).policy
    plan = plan_rotation(open_store(expand(policy.publish.store)), policy.dataset)
    if arguments.json:
        print_json(plan.to_dict())
        return 0
    if not plan.version:
        print(f"{plan.dataset}: no masking root yet; the first run makes version 1")
        return 0
    print(f"{plan.dataset}: masking root version {plan.version}; rotating makes {plan.version + 1}")
    if plan.releases:
        print("\nThe next release no longer joins with these:\n")
        headings = ("release", "series", "number", "key", "columns", "revealed with the old key")
        rows = [
            (one.release, one.series, one.number, one.state, ", ".join(one.joins_end),
             ", ".join(one.revealable) or "none")
            for one in plan.releases
        ]  # fmt: skip
        print_table(headings, rows)
        print("\nTo have their columns under the new key, run again from the source.")
    else:
        print("No release's joins would end.")
    for release in plan.unreadable:
        print(f"{release}: its manifest can't be read, so it isn't in the plan")
    return 0


def _rotate_masking(arguments: argparse.Namespace) -> int:
    from veilflow.keys import open_provider
    from veilflow.pipeline.audit import append_audit
    from veilflow.pipeline.home import expand
    from veilflow.policy import read_policy
    from veilflow.store.key_records import load_masking_root, rotate_masking_root
    from veilflow.store.object_store import open_store

    policy = read_policy(arguments.key).policy
    _require(arguments, policy.dataset, "Rotating ends the joins that 'plan-rotation' lists.")
    store = open_store(expand(policy.publish.store))
    before = load_masking_root(store, policy.dataset, "masking")
    append_audit(
        store,
        "rotate-masking",
        policy.dataset,
        reason=arguments.reason.strip(),
        from_version=str(before.version),
    )
    made = rotate_masking_root(store, open_provider(expand(policy.publish.keys)), policy.dataset)
    return _show(arguments, {"dataset": made.dataset, "version": made.version})


def _require(arguments: argparse.Namespace, repeated: str, why: str) -> None:
    if arguments.confirm != repeated or not arguments.reason.strip():
        raise UsageError(why, remedy=f"Add --confirm {repeated} and --reason 'why'.")


def _show(arguments: argparse.Namespace, told: Mapping[str, object]) -> int:
    if arguments.json:
        print_json(told)
    else:
        print_table(("property", "value"), list(told.items()))
    return 0


_ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "describe": _describe,
    "destroy": _destroy,
    "plan-rotation": _plan_rotation,
    "rotate-masking": _rotate_masking,
}
