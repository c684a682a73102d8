from django.http import JsonResponse
from django.shortcuts import get_object_or_404

from .models import Order


def order_detail(request, company, number):
    order = get_object_or_404(Order, company__slug=company, number=number)
    lines = order.lines.order_by("position").values("product__sku", "quantity", "unit_cents")
    return JsonResponse({"number": order.number, "status": order.status, "lines": list(lines)})
