"""What may be done and asked for, decided without looking anything up."""
