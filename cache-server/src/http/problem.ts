/** Every kind of refusal this server gives, with its status. A miss is not in the list for protocols that answer it otherwise. */
const PROBLEMS = {
  'bad-request': { status: 400, text: 'The request is not understood' },
  'bad-digest': { status: 400, text: 'The content does not have the digest it was sent under' },
  'bad-length': { status: 400, text: 'The body does not have the announced length' },
  'no-credential': { status: 401, text: 'Missing or invalid authentication token.' },
  'bad-credential': { status: 401, text: 'Missing or invalid authentication token.' },
  'ended-credential': { status: 401, text: 'This authentication token has expired or was revoked.' },
  'read-only': { status: 403, text: 'Access forbidden: this token may read but not write.' },
  'no-scope': { status: 403, text: 'Access forbidden: no rule gives this token a scope.' },
  'not-revoked': {
    status: 403,
    text: 'Access forbidden: only tokens of a user are revoked by their holder; others may be in use elsewhere.',
  },
  unsigned: { status: 403, text: 'Access forbidden: only signed artifacts are taken here.' },
  'not-stored': { status: 403, text: 'Access forbidden: the record was not stored; the log of the server says why.' },
  'not-found': { status: 404, text: 'The record was not found' },
  'wrong-method': { status: 405, text: 'This method is not served here' },
  'already-exists': { status: 409, text: 'Cannot override an existing record' },
  'length-required': { status: 411, text: 'The request needs a Content-Length' },
  'too-large': { status: 413, text: 'The body is larger than this server takes' },
  'wrong-version': { status: 415, text: 'Over HTTP/2 only gRPC is served here; use HTTP/1.1' },
  'bad-range': { status: 416, text: 'This part is not in the content' },
  'too-many-failures': { status: 429, text: 'Too many failed logins from this address; try again in a minute' },
  internal: { status: 500, text: 'The server has a bug; its log says more' },
  'store-trouble': { status: 503, text: 'The store of this server has trouble; its log says more' },
  draining: { status: 503, text: 'The server is going down' },
  full: { status: 507, text: 'The store is full' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** Ends a request with an error answer. `detail` is for the log only and never reaches the client. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  /** One line for the client. */
  readonly text: string;
  readonly detail: string | undefined;

  constructor(code: ProblemCode, detail?: string) {
    super(code);
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.text = PROBLEMS[code].text;
    this.detail = detail;
  }
}
