const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/**
 * Bytes of `500MB`, `1.5GB`, `10GiB`: steps of 1024 under either spelling, any letter case, no space; without a unit it
 * is bytes. Undefined for any other text.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)([kmgt]?)(i?b)?$/i.exec(text);
  if (match === null) return undefined;
  const [, amount, letter = '', suffix] = match;
  if (letter !== '' && suffix === undefined) return undefined;
  if (letter === '' && suffix?.toLowerCase() === 'ib') return undefined;
  const power = UNITS.indexOf(`${letter.toUpperCase()}B`);
  return Math.floor(Number(amount) * 1024 ** power);
}
