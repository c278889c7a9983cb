"""Fill an empty back office: `manage.py stock_shelves`."""

from django.core.management.base import BaseCommand

from stock.models import Product, Supplier

SUPPLIERS = {"Brahmaputra Gardens": 21, "Uji Leaves": 28, "Sheffield Kettles": 5, "Tula Metalworks": 60}
PRODUCTS = (
    ("ASSAM-250", "Assam, second flush, 250 g", 895, 5000, False, "Brahmaputra Gardens"),
    ("EARLGREY-125", "Earl Grey, 125 g", 640, 5000, False, "Brahmaputra Gardens"),
    ("SENCHA-100", "Sencha, first harvest, 100 g", 1250, 2500, False, "Uji Leaves"),
    ("CUP-2", "Two tea bowls", 1400, 900, False, "Uji Leaves"),
    ("KETTLE-15", "Kettle, 1.5 litres", 3900, 400, False, "Sheffield Kettles"),
    ("SAMOVAR-5", "Samovar, 5 litres", 18900, 3, True, "Tula Metalworks"),
)


class Command(BaseCommand):
    help = "Create the suppliers and products of a small tea shop."

    def handle(self, *args, **options) -> None:
        suppliers = {name: Supplier.objects.create(name=name, lead_time_days=days) for name, days in SUPPLIERS.items()}
        for sku, name, price_pence, in_stock, is_oversize, supplier in PRODUCTS:
            Product.objects.create(
                sku=sku,
                name=name,
                price_pence=price_pence,
                in_stock=in_stock,
                is_oversize=is_oversize,
                supplier=suppliers[supplier],
            )
        self.stdout.write(f"Created {len(SUPPLIERS)} suppliers and {len(PRODUCTS)} products.")
