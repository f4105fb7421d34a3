"""Makes what HACS installs, checks it and proves that it works: `script/release --help`."""
