"""What a mask rule would have done in the past: asked of history before it is activated."""
