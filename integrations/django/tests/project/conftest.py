pytest_plugins = ["tr_django.pytest_plugin"]
