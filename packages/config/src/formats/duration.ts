const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  '': 1000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Milliseconds of `30s`, `5m`, `24h`, `7d`, `2w` or `250ms`; a number without unit is seconds. Undefined for any other
 * text. Whole numbers only, as in Turborepo.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12})(ms|[smhdw]?)$/.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
