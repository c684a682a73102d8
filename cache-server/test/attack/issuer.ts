import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWTPayload } from 'jose';

/** Claims beside issuer, audience and times. */
export type Claims = JWTPayload;

/** What is wrong with a token; nothing = a good one. */
export interface SignTerms {
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now. */
  readonly expiresIn?: number;
  readonly notBefore?: number;
  /** More of the header. */
  readonly header?: Readonly<Record<string, string>>;
  /** `stranger`: signed by a key of nobody's; `none`: not signed; `public`: HMAC with the public key as the secret. */
  readonly by?: 'issuer' | 'stranger' | 'none' | 'public';
}

/** An issuer of CI tokens on loopback. */
export interface Issuer extends AsyncDisposable {
  readonly origin: string;
  readonly sign: (claims: Claims, terms?: SignTerms) => Promise<string>;
  /** A place with keys of an attacker. */
  readonly forgedKeysUrl: string;
  readonly forgedKeyFetches: () => number;
}

const AUDIENCE = 'our-cache';

/** Starts one; its keys are in its discovery document and at `/keys`. */
export async function startIssuer(): Promise<Issuer> {
  const [own, strange] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const toSet = async (key: Parameters<typeof exportJWK>[0]) => ({
    keys: [{ ...(await exportJWK(key)), kid: 'one', alg: 'RS256', use: 'sig' }],
  });
  const [keys, forgedKeys] = [await toSet(own.publicKey), await toSet(strange.publicKey)];
  let forgedFetches = 0;
  const server: Server = createServer((request, response) => {
    if (request.url === '/forged-keys') forgedFetches++;
    const bodies: Readonly<Record<string, object>> = { '/keys': keys, '/forged-keys': forgedKeys };
    const body = bodies[request.url ?? ''] ?? { issuer: origin, jwks_uri: `${origin}/keys` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const publicPem = await exportSPKI(own.publicKey);

  return {
    origin,
    forgedKeysUrl: `${origin}/forged-keys`,
    forgedKeyFetches: () => forgedFetches,
    sign: async (claims, terms = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const payload: JWTPayload = {
        iss: terms.issuer ?? origin,
        aud: terms.audience ?? AUDIENCE,
        sub: 'repo:acme/app',
        iat: now - 3600,
        exp: now + (terms.expiresIn ?? 600),
        ...(terms.notBefore === undefined ? {} : { nbf: now + terms.notBefore }),
        ...claims,
      };
      if (terms.by === 'none') return joinToken({ alg: 'none', ...terms.header }, payload, () => '');
      if (terms.by === 'public')
        return joinToken({ alg: 'HS256', kid: 'one', ...terms.header }, payload, (text) =>
          createHmac('sha256', publicPem).update(text).digest('base64url'),
        );
      const pair = terms.by === 'stranger' ? strange : own;
      return await new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid: 'one', ...terms.header })
        .sign(pair.privateKey);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function joinToken(header: object, payload: object, sign: (text: string) => string): string {
  const text = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign(text)}`;
}
