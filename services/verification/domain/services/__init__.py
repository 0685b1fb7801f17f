"""What each service means: the rules by service code, explicit. A service that is not here can't be opened."""
