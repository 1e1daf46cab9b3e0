"""``python -m veilflow.cli``: the same as ``veilflow``."""

from veilflow.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
