"""Figures for the people who buy the stock."""

from flask import Blueprint, request
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from .database import session
from .models import Order, OrderLine

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


@blueprint.get("/bestsellers")
def bestsellers():
    sold = func.sum(OrderLine.quantity)
    rows = session.execute(select(OrderLine.sku, sold).group_by(OrderLine.sku).order_by(sold.desc()).limit(5))
    return [{"sku": sku, "sold": quantity} for sku, quantity in rows]


@blueprint.get("/busy-days")
def busy_days():
    """Days on which many orders met. Slow: no index helps to join orders by a day that is worked out row by row."""
    other = aliased(Order)
    day = func.date(Order.placed_at)
    meetings = (
        select(day, func.count(), func.sum(OrderLine.pence))
        .join(other, day == func.date(other.placed_at))
        .join(OrderLine, OrderLine.order_id == other.id)
        .where(Order.id < other.id)
        .group_by(day)
        .order_by(func.count().desc())
        .limit(request.args.get("top", 5, type=int))
    )
    rows = session.execute(meetings)
    return [{"day": on, "meetings": count, "pence": pence} for on, count, pence in rows]
