"""Operations: what an installation needs beside its services, on Kubernetes and on one machine."""
