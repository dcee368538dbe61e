"""Scripts: the library with its versions and reviews, and runs of them on desktops."""
