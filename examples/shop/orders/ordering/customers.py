"""Customers: who they are, what they bought, how loyal they have been."""

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select

from .database import session
from .models import Customer, Order

blueprint = Blueprint("customers", __name__, url_prefix="/customers")


def find(customer_id: int) -> Customer:
    return session.get(Customer, customer_id) or abort(404, f"There is no customer {customer_id}.")


@blueprint.get("/<int:customer_id>")
def show(customer_id: int):
    customer = find(customer_id)
    return {"id": customer.id, "name": customer.name, "points": customer.points}


@blueprint.get("/<int:customer_id>/history")
def history(customer_id: int):
    newest_first = select(Order).where(Order.customer_id == customer_id).order_by(Order.id.desc()).limit(25)
    orders = session.scalars(newest_first).all()
    return render_template("history.html", orders=orders)


@blueprint.post("/<int:customer_id>/points")
def credit_points(customer_id: int):
    customer = find(customer_id)
    customer.points += request.get_json()["points"]
    session.commit()
    return {"points": customer.points}
