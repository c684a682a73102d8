const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};
const SPANS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Bytes of `500`, `64K`, `20MB`, `1.5GiB` (units of 1024); undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const factor = UNITS[(unit ?? '').toLowerCase()];
  return digits === undefined || factor === undefined ? undefined : Math.round(Number(digits) * factor);
}

/** Milliseconds of `90s`, `15m`, `12h`, `30d`; undefined for anything else. */
export function parseSpan(text: string): number | undefined {
  const [, digits, unit] = /^(\d+) ?([smhd])$/i.exec(text.trim()) ?? [];
  const factor = SPANS[(unit ?? '').toLowerCase()];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
