"""A small shop on Flask and SQLAlchemy, for request.py: one handler, whose code connects to a database and asks thrice.

Those are four exits under OpenTelemetry's instrumentation.

Imported in our environment and in a peer's. The database is SQLite in memory, so that the request's CPU is the
program's own and the tracer's, and nothing waits.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.pool import StaticPool

CUSTOMERS = 19


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    orders: Mapped[list[Order]] = relationship(back_populates="customer")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    total: Mapped[int]
    customer: Mapped[Customer] = relationship(back_populates="orders")


def make_engine() -> Any:
    """A database with its customers and orders."""
    engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        for number in range(1, CUSTOMERS + 1):
            orders = [Order(total=number * count) for count in range(5)]
            session.add(Customer(id=number, name=f"customer {number}", orders=orders))
        session.commit()
    return engine


def make_app(engine: Any) -> Flask:
    """The shop."""
    app = Flask("shop")

    @app.get("/customer/<int:number>")
    def show_customer(number: int) -> Any:
        with Session(engine) as session:
            customer = load_customer(session, number)
            return jsonify(name=customer.name, totals=order_totals(customer), dearest=dearest(session))

    return app


def load_customer(session: Session, number: int) -> Customer:
    return session.get_one(Customer, number)


def order_totals(customer: Customer) -> list[int]:
    return [order.total for order in customer.orders]


def dearest(session: Session) -> int:
    return session.scalars(select(Order.total).order_by(Order.total.desc()).limit(1)).one()
