"""Code of an installation's own that a policy may name: ``package.module:Name``, if it is allowed.

Each kind of code has its list in an environment variable, separated by commas, so that whoever runs
the installation decides, not who writes a policy.
"""

from __future__ import annotations

import importlib
import os

from veilflow.errors import PolicyError

__all__ = ["is_allowed", "load_allowed"]


def is_allowed(name: str, variable: str) -> bool:
    """True if ``package.module:Name`` is on the allow-list in ``variable``."""
    return name in {item.strip() for item in os.environ.get(variable, "").split(",")}


def load_allowed(name: str, variable: str, kind: str) -> object:
    """What ``name`` names, imported. Raises PolicyError if it isn't allowed or isn't there."""
    if not is_allowed(name, variable):
        raise PolicyError(
            f"{name} isn't on this installation's allow-list of {kind}.",
            remedy=f"Whoever runs the installation adds it to {variable}.",
        )
    module_name, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise PolicyError(
            f"{name} can't be imported ({type(error).__name__}).",
            remedy="Install its package on the driver and on every worker.",
        ) from None
