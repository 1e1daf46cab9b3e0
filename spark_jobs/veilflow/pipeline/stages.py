"""The stages of a run and their order, for everyone who has to name them."""

from __future__ import annotations

from typing import Literal

from veilflow.policy import Policy

__all__ = ["MASKED_STAGES", "SYNTHETIC_STAGES", "Product", "product_of", "stages_for", "stages_of"]

Product = Literal["masked", "synthetic"]
MASKED_STAGES = ("pin", "classify", "protect", "validate", "publish")
SYNTHETIC_STAGES = ("pin", "classify", "synthesize", "validate_synthetic", "publish_synthetic")


def stages_of(product: Product) -> tuple[str, ...]:
    """The stages that lead to ``product``, in order."""
    return MASKED_STAGES if product == "masked" else SYNTHETIC_STAGES


def stages_for(policy: Policy) -> tuple[str, ...]:
    """Every stage of a run of ``policy``, each once, in an order that may be run one by one."""
    return MASKED_STAGES + (SYNTHETIC_STAGES[2:] if policy.synthesize is not None else ())


def product_of(stage: str) -> Product:
    """Which product ``stage`` works towards; the shared first stages count to the masked one."""
    return "synthetic" if stage in SYNTHETIC_STAGES and stage not in MASKED_STAGES else "masked"
