"""The servers that jobs' actions speak to; connected when first needed, closed with the service."""
