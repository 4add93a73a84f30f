"""The catalogue API: the only code that touches the catalogue's collections."""
