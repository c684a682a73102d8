from django.core.management.base import BaseCommand

from shared.passwords import store


class Command(BaseCommand):
    help = "Writes shared/passwords.json, which `seed` reads."
    requires_system_checks = []

    def handle(self, **options):
        store()
