"""`python -m evaluation`: see `script/evaluate`."""

import sys

from .evaluate import main

sys.exit(main())
