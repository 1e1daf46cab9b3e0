"""The policy: one typed document that drives everything (docs/policy.md)."""

from veilflow.policy.canonical import canonical_bytes, policy_sha256
from veilflow.policy.columns import ColumnPolicy, Protection
from veilflow.policy.hierarchies import HierarchyPolicy
from veilflow.policy.loading import LoadedPolicy, load_policy, read_policy
from veilflow.policy.model import Policy, TablePolicy

__all__ = [
    "ColumnPolicy",
    "HierarchyPolicy",
    "LoadedPolicy",
    "Policy",
    "Protection",
    "TablePolicy",
    "canonical_bytes",
    "load_policy",
    "policy_sha256",
    "read_policy",
]
