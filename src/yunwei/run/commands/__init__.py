"""What the commands do, called by `run/cli.py`. Each takes the data folder first."""
