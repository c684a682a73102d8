from django.core.management.base import BaseCommand
from django.db import transaction

from shared.seed import seed


class Command(BaseCommand):
    help = "Fills the database with the fixture that tests count on."
    # They would load the views, which have no part in it: `check` is a task of its own.
    requires_system_checks = []

    @transaction.atomic
    def handle(self, **options):
        done = seed()
        if options["verbosity"]:
            self.stdout.write("Seeded." if done else "Already seeded.")
