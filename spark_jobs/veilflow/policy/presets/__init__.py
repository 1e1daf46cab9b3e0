"""Presets that a policy can extend: partial policies, merged under the policy's own lines."""
