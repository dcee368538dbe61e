"""What all pages share: one way to render, list, type in, draw and keep fresh."""
