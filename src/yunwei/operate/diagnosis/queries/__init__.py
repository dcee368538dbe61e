"""Questions of diagnosis."""
