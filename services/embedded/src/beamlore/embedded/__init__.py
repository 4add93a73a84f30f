"""Real MongoDB, Kafka, Keycloak and Tango as plain processes for demo, tests and laptops."""
