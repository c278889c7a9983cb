"""Products, their suppliers, and what of them is spoken for."""
