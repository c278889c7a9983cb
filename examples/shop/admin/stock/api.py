"""What the other services ask: products, prices, reservations, deliveries."""

from django.shortcuts import get_object_or_404
from rest_framework import viewsets
from rest_framework.decorators import action, api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import carrier, levels
from .models import Product


class Products(viewsets.ViewSet):
    lookup_field = "sku"

    def list(self, request: Request) -> Response:
        return Response(list(Product.objects.order_by("name").values("sku", "name", "price_pence")))

    def retrieve(self, request: Request, sku: str) -> Response:
        product = get_object_or_404(Product.objects.select_related("supplier"), sku=sku)
        return Response({"sku": product.sku, "name": product.name, "supplier": product.supplier.name})

    @action(detail=False, url_path="running-low")
    def running_low(self, request: Request) -> Response:
        return Response(levels.running_low())


class Reservations(APIView):
    def post(self, request: Request) -> Response:
        try:
            levels.take_all(request.data)
        except levels.Shortage as shortage:
            return Response({"message": str(shortage)}, status=409)
        return Response({"reserved": request.data}, status=201)


@api_view(["GET"])
def prices(request: Request) -> Response:
    wanted = request.query_params.getlist("sku")
    return Response(dict(Product.objects.filter(sku__in=wanted).values_list("sku", "price_pence")))


@api_view(["GET"])
def delivery(request: Request, sku: str) -> Response:
    try:
        return Response({"sku": sku, "slots": carrier.slots(sku)})
    except Product.DoesNotExist as unknown:
        raise NotFound(f"There is no product {sku}.") from unknown
