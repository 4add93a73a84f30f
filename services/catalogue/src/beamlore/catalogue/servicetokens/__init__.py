"""Service tokens: what people make for their programs, for less than they may do themselves, and take back."""
