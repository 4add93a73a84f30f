"""Messages that could not be catalogued, kept with their reason until somebody mends or discards them."""
