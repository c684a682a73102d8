from django.test import SimpleTestCase

from apps.accounts.models import PERMISSIONS, ROLES, Member
from shared.testing import each, expand

ACTIONS = ["view", "order", "price", "approve", "invite", "invoice"]


@expand
class PermissionTests(SimpleTestCase):
    @each(ROLES, ACTIONS)
    def test_role(self, role, action):
        self.assertEqual(Member(role=role).may(action), action in PERMISSIONS[role])

    @each(ACTIONS)
    def test_owner_may(self, action):
        self.assertTrue(Member(role="owner").may(action))

    @each(zip(ROLES[1:], ROLES))
    def test_never_more_than(self, pair):
        lower, higher = pair
        self.assertLessEqual(PERMISSIONS[lower], PERMISSIONS[higher])
