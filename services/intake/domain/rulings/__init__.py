"""What a decision of each kind must meet beside what its description says: one small module per sort of decision. Pure."""
