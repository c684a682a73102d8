/**
 * The token of an `Authorization` header: of `Bearer T`, or of `Basic base64(anything:T)`, which some clients can only
 * send. Undefined when there is none.
 */
export function readCredential(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  // As nearly all clients write it, with every request.
  if (/^Bearer [\x21-\x7e]{1,8192}$/.test(authorization)) return authorization.slice(7);
  const match = /^(bearer|basic) +([\x21-\x7e]{1,8192})$/i.exec(authorization.trim());
  const [, kind, text] = match ?? [];
  if (kind === undefined || text === undefined) return undefined;
  if (kind.toLowerCase() === 'bearer') return text;
  const pair = Buffer.from(text, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  const token = colon < 0 ? '' : pair.slice(colon + 1);
  return token === '' ? undefined : token;
}
