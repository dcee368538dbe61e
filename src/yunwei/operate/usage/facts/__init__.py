"""The words of use, by what they are about."""
