"""Reference data of the office with typed loaders: regions, service catalogue, courts, population lists, working hours."""
