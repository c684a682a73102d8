from django.core.cache import cache
from django.http import JsonResponse
from django.shortcuts import get_object_or_404

from apps.accounts.models import Company


def product_list(request, company):
    """Active products of a company; the answer is cached for a minute."""
    key = f"products:{company}"
    answer = cache.get(key)
    if answer is None:
        products = get_object_or_404(Company, slug=company).products.filter(is_active=True).order_by("sku")
        answer = list(products.values("sku", "name", "price_cents"))
        cache.set(key, answer, timeout=60)
    return JsonResponse({"products": answer})
