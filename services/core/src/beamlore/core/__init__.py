"""What every server shares: settings, errors, OIDC, MongoDB, Kafka, telemetry."""
