"""`python -m ace`: the same command as `ace`."""

from __future__ import annotations

from ace.cli.main import main

if __name__ == "__main__":
    main()
