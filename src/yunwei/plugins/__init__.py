"""What others may add: connectors to desktop clouds, channels to persons."""
