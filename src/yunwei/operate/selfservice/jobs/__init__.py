"""What goes on without anybody asking: acts are sent and followed, requests fulfilled."""
