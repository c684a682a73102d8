"""The fixture that every test counts on: three companies that have been in business for a while."""
from django.contrib.auth.models import Group, User
from django.utils import timezone

from apps.accounts.models import Company, Member
from apps.billing.invoicing import issue, pay
from apps.catalog.models import Category, PriceRule, Product
from apps.catalog.pricing import line_total, product_rules
from apps.inventory.models import StockItem, Warehouse
from apps.orders.models import Order, OrderLine

from .passwords import COMPANIES, hashed, names_of

LIFE = ["placed", "approved", "packed", "shipped", "delivered"]


def seed():
    """Does nothing when the fixture is there."""
    if Company.objects.filter(slug__in=COMPANIES).exists():
        return False
    for number, (slug, country) in enumerate(COMPANIES.items()):
        company = Company.objects.create(name=slug.title(), slug=slug, country=country, code=f"C{number}", tier="gold")
        members = [hire(company, role, name) for role, name in names_of(slug)]
        warehouse = Warehouse.objects.create(company=company, code="MAIN", name="Main")
        products = [stock(company, warehouse, index) for index in range(60)]
        for index in range(40):
            sell(company, members[index % len(members)], products[index : index + 4], index)
    return True


def hire(company, role, name):
    user = User.objects.create(username=name, email=f"{name}@example.com", password=hashed(name))
    user.groups.add(Group.objects.get(name=f"role-{role}"))
    return Member.objects.create(user=user, company=company, role=role, badge=name[:16])


def stock(company, warehouse, index):
    category = Category.objects.order_by("position")[index % 5]
    product = Product.objects.create(
        company=company,
        sku=f"SKU-{index:03d}",
        name=f"Article {index}",
        price_cents=500 + index * 25,
        category=category,
    )
    for minimum, percent in ((10, 5), (50, 12)):
        PriceRule.objects.create(product=product, min_quantity=minimum, percent=percent, label=f"from {minimum}")
    StockItem.objects.create(warehouse=warehouse, product=product, on_hand=100, bin_label=f"A-{index}")
    return product


def sell(company, member, products, index):
    order = Order.objects.create(company=company, customer=member, number=f"SO-{index:04d}", placed_at=timezone.now())
    for position, product in enumerate(products):
        OrderLine.objects.create(
            order=order, product=product, quantity=12, unit_cents=product.price_cents, position=position
        )
        order.total_cents += line_total(product.price_cents, 12, product_rules(product))
    order.save()
    for status in LIFE[: index % (len(LIFE) + 1)]:
        order.move_to(status)
    if order.status == "delivered":
        invoice = issue(order)
        if index % 2:
            pay(invoice, invoice.gross_cents, f"P-{index}")
