"""The command model's factory: corpus → tokens → knowledge → train → prune → distill → quantize → compare."""

from pathlib import Path

BUILD = Path(__file__).parents[2] / "build" / "command"
