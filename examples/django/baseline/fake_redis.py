"""The commands that the application uses, on a dictionary of this process."""


class FakeRedis:
    data = {}
    times = {}

    def client_setname(self, name):
        pass

    def flushall(self):
        self.data.clear()
        self.times.clear()

    def incr(self, key):
        self.data[key] = self.data.get(key, 0) + 1
        return self.data[key]

    def expire(self, key, seconds):
        self.times[key] = seconds

    def ttl(self, key):
        return self.times.get(key, -1)

    def delete(self, key):
        self.data.pop(key, None)

    def hincrby(self, key, field, by):
        fields = self.data.setdefault(key, {})
        fields[str(field).encode()] = int(fields.get(str(field).encode(), 0)) + by
        return fields[str(field).encode()]

    def hdel(self, key, field):
        self.data.get(key, {}).pop(str(field).encode(), None)

    def hgetall(self, key):
        return dict(self.data.get(key, {}))

    def zincrby(self, key, by, member):
        scores = self.data.setdefault(key, {})
        scores[str(member).encode()] = scores.get(str(member).encode(), 0) + by

    def zrevrange(self, key, first, last):
        scores = self.data.get(key, {})
        return sorted(scores, key=lambda member: -scores[member])[first : last + 1]

    def publish(self, channel, message):
        return 0
