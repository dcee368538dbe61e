"""How it is seen. The only code that knows HTTP."""
