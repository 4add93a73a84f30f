"""Into the catalogue and the inbox, and how durable that is."""
