"""A collector of traces for this machine: takes spans by OTLP over HTTP, and gives a trace as Jaeger's query API does."""
