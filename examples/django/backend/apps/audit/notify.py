import json

from shared.redis import client


def announce(kind, **detail):
    """Tells whoever listens; returns how many did."""
    return client().publish(f"audit:{kind}", json.dumps(detail))


def listen(kind):
    listener = client().pubsub(ignore_subscribe_messages=True)
    listener.subscribe(f"audit:{kind}")
    # The confirmation, so that what is published from now on arrives.
    listener.get_message(timeout=5)
    return listener
