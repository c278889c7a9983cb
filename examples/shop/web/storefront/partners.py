"""What price comparison sites may read: an application of its own, mounted under /partners."""

from fastapi import FastAPI, HTTPException, Request

from . import pricing

app = FastAPI(title="Partner feeds")

FEEDS = {"leaf-finder": ("ASSAM-250", "SENCHA-100"), "kettle-watch": ("KETTLE-15", "SAMOVAR-5")}


@app.get("/feeds/{partner}")
async def partner_feed(partner: str, request: Request) -> dict[str, int]:
    if partner not in FEEDS:
        raise HTTPException(404, f"No partner is called {partner}.")
    quote = await pricing.quote(request.app.state.backends, ((sku, 1) for sku in FEEDS[partner]))
    return quote.prices
