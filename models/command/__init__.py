"""The command model's factory: corpus → tokens → train → quantize → evaluate, one file a stage."""

from pathlib import Path

BUILD = Path(__file__).parents[2] / "build" / "command"
