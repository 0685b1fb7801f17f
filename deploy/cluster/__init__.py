"""Beyond one host: what Kubernetes is told, made from what compose is told."""
