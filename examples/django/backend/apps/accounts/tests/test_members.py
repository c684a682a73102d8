from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction

from apps.accounts.models import ROLES, ApiKey, Company, Member
from shared.seed import COMPANIES
from shared.testing import CommittedTestCase, SeededTestCase, each, expand


@expand
class MemberTests(SeededTestCase):
    @each(ROLES)
    def test_group_of_role(self, role):
        self.assertEqual(Group.objects.get(name=f"role-{role}").user_set.count(), 2 * len(COMPANIES))

    @each(COMPANIES, ROLES)
    def test_seeded(self, slug, role):
        self.assertEqual(Member.objects.filter(company__slug=slug, role=role).count(), 2)

    @each(ROLES[:3])
    def test_login(self, role):
        name = f"acme-{role}-0"
        self.assertTrue(self.client.login(username=name, password=f"secret of {name}"))

    def test_wrong_password(self):
        self.assertFalse(self.client.login(username="acme-owner-0", password="guess"))

    def test_once_per_company(self):
        member = self.acme.members.first()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Member.objects.create(user=member.user, company=self.acme, badge="other")

    def test_scopes_default_to_none(self):
        self.assertEqual(ApiKey.objects.create(company=self.acme, name="ci", prefix="ab", digest="0").scopes, [])

    @each(["slug", "code"])
    def test_unique(self, field):
        values = {"name": "Other", "slug": "other", "code": "X", field: getattr(self.acme, field)}
        with self.assertRaises(IntegrityError), transaction.atomic():
            Company.objects.create(**values)

    def test_credit_limit(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Company.objects.filter(pk=self.acme.pk).update(credit_limit_cents=-1)


class HiringTests(CommittedTestCase):
    def test_all_or_nothing(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            user = User.objects.create(username="half-hired")
            Member.objects.create(user=user, company=self.acme, badge=self.acme.members.first().badge)
        self.assertFalse(User.objects.filter(username="half-hired").exists())

    def test_after_commit(self):
        done = []
        with transaction.atomic():
            transaction.on_commit(lambda: done.append("mail"))
            self.assertEqual(done, [])
        self.assertEqual(done, ["mail"])
