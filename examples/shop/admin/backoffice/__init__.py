"""The back office: stock, prices and deliveries, written with Django."""
