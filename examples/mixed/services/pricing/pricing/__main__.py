import json

from pricing.rates import RATES, price

print(json.dumps({region: [price(region, n) for n in (1, 10, 100)] for region in sorted(RATES)}, indent=2))
