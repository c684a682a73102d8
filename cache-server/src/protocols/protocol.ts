import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TrustedKeys } from '@tr/transport';
import type { Identity } from '../auth/identity.js';
import type { CacheSession } from '../session/cache-session.js';
import type { Problem } from '../http/problem.js';

/**
 * One wire protocol: a plugin in a folder of its own, listed in `registry.ts`. It turns requests into calls of a
 * {@link CacheSession} and knows nothing else of the server: neither who is who, nor where bytes lie.
 *
 * - A handler throws a {@link Problem}; the server answers with its status and, where the protocol has a form for that,
 *   the body of `describeProblem`.
 * - `request.body` is the raw stream of the request, unread, whatever the content type; see `http/read-body.ts`.
 * - An answer has a length: use `http/send.ts` for bodies.
 */
export interface Protocol {
  /** One lower-case word: the label in logs and metrics, and the first part of the names of its entries. */
  readonly name: string;
  /** Adds the routes. A route is behind the login unless its `config` says `{ isPublic: true }`. */
  register(app: FastifyInstance, host: ProtocolHost): void;
  /** Methods it answers over gRPC, on the same port: `/package.Service/Method` -> method. */
  readonly rpcs?: Readonly<Record<string, RpcMethod>>;
  /**
   * What a client of this protocol is told instead of a problem, be it of a handler or of the login before it. The log has
   * the problem itself. Left out: the problem.
   */
  softenProblem?(problem: Problem, method: string): Problem;
  /** The body of an error answer; one line of plain text when left out. */
  describeProblem?(problem: Problem): ErrorBody;
}

/** A call over gRPC. */
export interface RpcCall {
  readonly session: CacheSession;
  /** What the client sends, one or many messages. */
  readonly messages: AsyncIterable<Uint8Array>;
}

/** Answers a call with one or many messages; trouble is a thrown {@link Problem}. */
export type RpcMethod = (call: RpcCall) => AsyncIterable<Uint8Array>;

/** The body of an error answer. */
export interface ErrorBody {
  readonly contentType: string;
  readonly text: string;
}

/** What the server lends a protocol. */
export interface ProtocolHost {
  /** The cache as the sender of this request may see it. Only for routes behind the login. */
  session(request: FastifyRequest): CacheSession;
  /** True where artifacts without a signature count for nothing: where the sender of this request writes. */
  takesSignedOnly(request: FastifyRequest): boolean;
  /** Whose signatures count where this identity writes; undefined = none is asked for. */
  signersOf(identity: Identity): TrustedKeys | undefined;
  /** Takes the sender's own token back, if nobody else can have it; throws `not-revoked` otherwise. Its public name. */
  revokeOwnToken(request: FastifyRequest): Promise<string>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Origin under which clients reach this server, without a slash at the end: configured, or from the Host header. */
  publicUrl(request: FastifyRequest): string;
  /** Signs text for URLs that carry their own authority; the key lives as long as the server's store. */
  sign(text: string): string;
  /** True when `signature` is what `sign` makes of `text`; takes the same time wherever they differ. */
  isSigned(text: string, signature: string): boolean;
  /** A session for a credential that a signed URL stands for. The caller has checked the signature and its expiry. */
  sessionOf(grant: SessionGrant, request: FastifyRequest): CacheSession;
}

/** Who a signed URL acts for. */
export interface SessionGrant {
  readonly tenant: string;
  readonly scope: string;
  readonly subject: string;
  readonly mayWrite: boolean;
}
