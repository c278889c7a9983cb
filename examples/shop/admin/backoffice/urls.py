"""Which view answers what."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter
from stock import api, views

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.register("products", api.Products, basename="product")

urlpatterns = [
    path("health", views.health),
    path("dashboard", views.dashboard),
    path("suppliers/<int:pk>", views.SupplierCard.as_view()),
    path("api/", include(router.urls)),
    path("api/prices/", api.prices),
    path("api/reservations/", api.Reservations.as_view()),
    path("api/delivery/<str:sku>/", api.delivery),
]
