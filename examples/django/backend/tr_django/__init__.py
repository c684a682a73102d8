"""Lets a Django test suite use the databases and Redis servers that `tr` hands to a task. See README.md."""
