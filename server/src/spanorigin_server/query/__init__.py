"""From a reader's question to the store's answer: the search language, and the routes that speak it."""
