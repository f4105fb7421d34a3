"""Makes a chat model for CTranslate2 out of a GGUF file. Needs neither PyTorch nor transformers."""
