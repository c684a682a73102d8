from shared.redis import client


def allow(name, limit, seconds=60):
    """Whether another call is within `limit` per window."""
    redis = client()
    calls = redis.incr(f"throttle:{name}")
    if calls == 1:
        redis.expire(f"throttle:{name}", seconds)
    return calls <= limit
