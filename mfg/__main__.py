"""``python -m mfg`` is ``mfg``."""

from mfg.cli import main

if __name__ == "__main__":
    main()
