/** Groups of 16 bits in an IPv6 address, and how many of them are one customer's. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * What counts as one sender: an IPv4 address, or the /64 of an IPv6 address, of which one machine has as many as it likes.
 * Anything else is taken as it is.
 */
export function toNetwork(address: string): string {
  const plain = address.split('%')[0] ?? address;
  const [, mapped] = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(plain) ?? [];
  if (mapped !== undefined) return mapped;
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, GROUPS - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
