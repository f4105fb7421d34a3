"""Measures beside other software, on the same machine in the same run: `script/bench NAME`."""
