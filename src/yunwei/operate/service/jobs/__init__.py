"""What is done for service by the clock: people are told of targets that are about to be missed."""
