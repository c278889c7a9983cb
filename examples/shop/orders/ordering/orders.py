"""Placing orders and looking at one."""

from datetime import UTC, datetime

from flask import Blueprint, abort, request
from flask.views import MethodView

from . import inventory, invoices
from .database import session
from .models import Order, OrderLine

blueprint = Blueprint("orders", __name__, url_prefix="/orders")


class OrderCollection(MethodView):
    def post(self):
        wanted = request.get_json()
        try:
            inventory.reserve({line["sku"]: line["quantity"] for line in wanted["lines"]})
        except inventory.OutOfStock as shortage:
            abort(409, str(shortage))
        order = Order(customer_id=wanted["customer"], placed_at=datetime.now(UTC))
        order.lines = [OrderLine(**line) for line in wanted["lines"]]
        session.add(order)
        session.commit()
        invoices.write_later(order.id)
        return {"id": order.id}, 201


class OrderItem(MethodView):
    def get(self, order_id: int):
        order = session.get(Order, order_id) or abort(404, f"There is no order {order_id}.")
        return {"id": order.id, "customer": order.customer_id, "total_pence": order.total_pence}


blueprint.add_url_rule("/", view_func=OrderCollection.as_view("collection"))
blueprint.add_url_rule("/<int:order_id>", view_func=OrderItem.as_view("item"))


@blueprint.get("/<int:order_id>/total")
def converted_total(order_id: int):
    order = session.get(Order, order_id) or abort(404, f"There is no order {order_id}.")
    currency = request.args.get("in", "GBP")
    return {"currency": currency, "total": invoices.convert(order.total_pence, currency)}
