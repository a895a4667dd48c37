"""`python -m buzzline`: the same as `buzzline`."""

import sys

from buzzline.cli import main

if __name__ == "__main__":
    sys.exit(main())
