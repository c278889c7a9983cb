"""Pages for the people in the back office."""

from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views import View

from . import levels
from .models import Product, Supplier


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def dashboard(request: HttpRequest) -> JsonResponse:
    figures = Product.objects.aggregate(products=Count("id"), stock_pence=Sum(F("in_stock") * F("price_pence")))
    return JsonResponse({**figures, "running_low": levels.running_low()})


class SupplierCard(View):
    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        supplier = get_object_or_404(Supplier, pk=pk)
        skus = list(supplier.products.values_list("sku", flat=True))
        return JsonResponse({"name": supplier.name, "lead_time_days": supplier.lead_time_days, "skus": skus})
