from django.core.cache import cache

from apps.catalog.bestsellers import sold, top
from apps.catalog.models import Category, Product, TariffCode
from apps.catalog.pricing import line_total, product_rules
from shared.testing import RedisMixin, SeededTestCase, each, expand


@expand
class ProductTests(SeededTestCase):
    @each(range(0, 60, 3))
    def test_price(self, index):
        product = self.acme.products.get(sku=f"SKU-{index:03d}")
        self.assertEqual(product.price_cents, 500 + index * 25)

    @each([1, 10, 49, 50, 100])
    def test_discount(self, quantity):
        product = self.acme.products.get(sku="SKU-000")
        percent = 12 if quantity >= 50 else 5 if quantity >= 10 else 0
        self.assertEqual(line_total(500, quantity, product_rules(product)), 5 * (100 - percent) * quantity)

    @each(["ARTICLE 7", "article 7", "Article 7"])
    def test_search(self, text):
        self.assertEqual(Product.objects.filter(search_name=text.lower()).count(), 3)

    @each(["tools", "garden", "paint", "safety", "office"])
    def test_category(self, slug):
        self.assertEqual(Category.objects.get(path=f"/{slug}").products.filter(company=self.acme).count(), 12)

    @each(range(25, 57))
    def test_tariff(self, chapter):
        codes = TariffCode.objects.filter(chapter=chapter)
        self.assertEqual(codes.count(), 12 * 30)
        self.assertEqual(codes.get(code=f"{chapter}0500").duty_permille, (chapter * 7 + 5) % 120)


@expand
class ListTests(RedisMixin, SeededTestCase):
    def test_active_ones(self):
        self.acme.products.filter(sku="SKU-001").update(is_active=False)
        skus = [product["sku"] for product in self.client.get("/products/acme/").json()["products"]]
        self.assertEqual(len(skus), 59)
        self.assertNotIn("SKU-001", skus)

    def test_second_answer_needs_no_query(self):
        cache.clear()
        self.client.get("/products/acme/")
        with self.assertNumQueries(0):
            self.client.get("/products/acme/")

    def test_unknown_company(self):
        self.assertEqual(self.client.get("/products/nobody/").status_code, 404)

    @each([1, 2, 3, 5, 10])
    def test_bestsellers(self, count):
        for product in range(1, 8):
            sold(product, product * 3)
        self.assertEqual(top(count), list(range(7, 0, -1))[:count])
