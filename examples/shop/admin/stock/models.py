"""Suppliers, products and reservations."""

from django.db import models


class Supplier(models.Model):
    name = models.CharField(max_length=80)
    lead_time_days = models.PositiveIntegerField()


class Product(models.Model):
    sku = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    price_pence = models.PositiveIntegerField()
    in_stock = models.PositiveIntegerField()
    is_oversize = models.BooleanField(default=False)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="products")


class Reservation(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="reservations")
    quantity = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
