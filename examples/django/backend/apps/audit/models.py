from django.db import models


class Event(models.Model):
    company = models.ForeignKey("accounts.Company", null=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    actor = models.ForeignKey("accounts.Member", null=True, on_delete=models.SET_NULL)
    detail = models.JSONField(default=dict)
    created_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "created_at"], name="event_kind")]


class Retention(models.Model):
    kind = models.CharField(max_length=40)
    days = models.PositiveIntegerField(default=365)
    legal_basis = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind"], name="retention_kind_unique")]


class Webhook(models.Model):
    company = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="webhooks")
    url = models.URLField()
    secret = models.CharField(max_length=64)
    kinds = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    failures = models.PositiveIntegerField(default=0)
