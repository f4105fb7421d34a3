"""The engine as a program: `python custom_components/llmos_assistant/engine --uri tcp://…`.

Run this way, the folder is not part of its package, whose parent imports Home Assistant.
It becomes a package of its own here, so that no Home Assistant is needed to run it.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PACKAGE = "llmos_engine"


def package_name() -> str:
    """The package that this folder is, made if it was run as a folder."""
    if __package__:
        return __package__
    # Python puts a folder that it runs on the path: its files are no top-level modules.
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != FOLDER]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    return PACKAGE


if __name__ == "__main__":
    # OpenMP reads this when it is loaded. Threads that spin while they wait take time from all else on a hub.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(importlib.import_module(".cli", package_name()).main())
