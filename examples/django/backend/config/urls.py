from django.urls import path

from apps.catalog.views import product_list
from apps.orders.views import order_detail

urlpatterns = [
    path("products/<slug:company>/", product_list),
    path("orders/<slug:company>/<str:number>/", order_detail),
]
