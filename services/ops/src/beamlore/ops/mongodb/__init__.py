"""MongoDB: the replica set, its members and its users."""
