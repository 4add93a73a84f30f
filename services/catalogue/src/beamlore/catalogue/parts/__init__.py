"""What hangs on a dataset: rules and writes that files and pictures have in common."""
