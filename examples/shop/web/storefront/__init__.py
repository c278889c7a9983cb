"""The shop's storefront: what customers see. Knows products and orders only by asking the services that own them."""
