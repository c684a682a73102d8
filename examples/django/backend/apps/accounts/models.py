from django.conf import settings
from django.db import models

ROLES = ["owner", "manager", "seller", "buyer", "viewer"]

# What each role may do.
PERMISSIONS = {
    "owner": {"view", "order", "approve", "price", "invoice", "invite"},
    "manager": {"view", "order", "approve", "price", "invite"},
    "seller": {"view", "order", "price"},
    "buyer": {"view", "order"},
    "viewer": {"view"},
}


class Company(models.Model):
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120)
    country = models.CharField(max_length=2, default="DE")
    currency = models.CharField(max_length=3, default="EUR")
    tier = models.CharField(max_length=12, default="free")
    vat_number = models.CharField(max_length=20, blank=True, default="")
    code = models.CharField(max_length=12)
    credit_limit_cents = models.BigIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="company_slug_unique"),
            models.UniqueConstraint(fields=["code"], name="company_code_unique"),
            models.CheckConstraint(check=models.Q(credit_limit_cents__gte=0), name="company_credit_not_negative"),
        ]
        indexes = [models.Index(fields=["country", "tier"], name="company_country_tier")]


class Member(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=12, choices=[(role, role) for role in ROLES], default="viewer")
    title = models.CharField(max_length=80, blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    badge = models.CharField(max_length=16)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "company"], name="member_once_per_company"),
            models.UniqueConstraint(fields=["badge"], name="member_badge_unique"),
        ]

    def may(self, action):
        return action in PERMISSIONS[self.role]


class Invitation(models.Model):
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    email = models.EmailField()
    role = models.CharField(max_length=12, default="viewer")
    token = models.CharField(max_length=40)
    message = models.TextField(blank=True, default="")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["email"], name="invitation_email")]


class ApiKey(models.Model):
    company = models.ForeignKey(Company, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True)
