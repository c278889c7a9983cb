"""A small shop's past year, the same each time: `flask --app ordering create-database`."""

import random
from datetime import UTC, datetime, timedelta

import click

from .database import engine, session
from .models import Base, Customer, Order, OrderLine

NAMES = ("Ada", "Grace", "Edsger", "Barbara", "Donald", "Frances", "Niklaus", "Radia", "Tony", "Margaret")
PRICES = {
    "ASSAM-250": 895,
    "SENCHA-100": 1250,
    "EARLGREY-125": 640,
    "KETTLE-15": 3900,
    "CUP-2": 1400,
    "SAMOVAR-5": 18900,
}


@click.command("create-database")
def create_database() -> None:
    """Create the tables and fill them."""
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    chance = random.Random(2)
    year_begin = datetime(2026, 1, 1, tzinfo=UTC)
    session.add_all(Customer(id=number, name=name) for number, name in enumerate(NAMES, start=1))
    for _ in range(500):
        placed_at = year_begin + timedelta(minutes=chance.randrange(365 * 24 * 60))
        order = Order(customer_id=chance.randint(1, len(NAMES)), placed_at=placed_at)
        for sku in chance.sample(list(PRICES), chance.randint(1, 4)):
            quantity = chance.randint(1, 3)
            order.lines.append(OrderLine(sku=sku, quantity=quantity, pence=quantity * PRICES[sku]))
        session.add(order)
    session.commit()
    click.echo("Created 10 customers and 500 orders.")
