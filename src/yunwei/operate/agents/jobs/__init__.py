"""What runs for ever: the gate that lets agents in, and what dispatch does."""
