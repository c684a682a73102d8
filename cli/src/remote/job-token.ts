/** Where a CI job asks who it is: the endpoint of GitHub Actions, which Forgejo and Gitea have too. */
export interface JobTokenSource {
  /** `ACTIONS_ID_TOKEN_REQUEST_URL`. */
  readonly url: string;
  /** `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. */
  readonly credential: string;
  readonly audience: string;
  /** GETs JSON; rejects when that fails. */
  readonly getJson: (url: URL, credential: string) => Promise<unknown>;
  /** Monotonic milliseconds: the clock of the job may be wrong. */
  readonly now: () => number;
}

/** A token is asked for anew when less than this is left of it, milliseconds. */
const MARGIN_MS = 60_000;
/** After a failure the next request waits for this long, milliseconds. */
const PAUSE_MS = 5_000;

/**
 * Gives the OIDC token of the job, asked for when it is needed and again before it ends: such tokens live for minutes, runs for
 * longer. Undefined when it cannot be had; the server then says that there is no credential. Never rejects.
 */
export function createJobToken(source: JobTokenSource): () => Promise<string | undefined> {
  let current: Promise<string | undefined> | undefined;
  let goodUntil = -Infinity;
  return () => {
    if (current !== undefined && source.now() < goodUntil) return current;
    const askedAt = source.now();
    // Whoever asks meanwhile waits for this one.
    goodUntil = Infinity;
    current = askForToken(source).then((token) => {
      const lifetimeMs = token === undefined ? PAUSE_MS + MARGIN_MS : lifetimeOf(token);
      goodUntil = askedAt + Math.max(lifetimeMs - MARGIN_MS, PAUSE_MS);
      return token;
    });
    return current;
  };
}

async function askForToken({ url, credential, audience, getJson }: JobTokenSource): Promise<string | undefined> {
  try {
    const address = new URL(url);
    address.searchParams.set('audience', audience);
    const answer = await getJson(address, credential);
    const value = typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : undefined;
    return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value : undefined;
  } catch {
    // The request is somebody else's, and so are its errors.
    return undefined;
  }
}

/** From its issue to its end, milliseconds; for ever when it does not say. */
function lifetimeOf(token: string): number {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    if (typeof payload !== 'object' || payload === null || !('exp' in payload) || !('iat' in payload)) return Infinity;
    const { exp, iat } = payload;
    return typeof exp === 'number' && typeof iat === 'number' ? (exp - iat) * 1000 : Infinity;
  } catch {
    return Infinity;
  }
}

/** `GET` with a bearer token, as {@link JobTokenSource} wants it. Redirects are not followed. */
export async function getJson(url: URL, credential: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${credential}`, accept: 'application/json' };
  const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return await response.json();
}
