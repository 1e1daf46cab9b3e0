"""The stages as jobs: each opens what it needs from the store and leaves evidence there."""
