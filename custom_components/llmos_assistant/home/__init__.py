"""What this home holds, and what spoken words mean in it. No tensors here."""
