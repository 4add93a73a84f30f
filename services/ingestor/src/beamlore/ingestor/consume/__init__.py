"""From Kafka, through preparing and writing, to the commit."""
