"""The factory: from text to the int8 models that ship."""
