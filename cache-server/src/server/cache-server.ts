import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Authenticator } from '../auth/authenticator.js';
import type { Identity } from '../auth/identity.js';
import { OidcVerifier } from '../auth/oidc.js';
import { parseScope } from '../auth/scope.js';
import { findSigners } from '../auth/signed-by.js';
import { isSignedOnly } from '../auth/signed-only.js';
import { revokeOwnToken } from '../auth/revoke-own-token.js';
import { holdBody } from '../http/held-body.js';
import { Problem } from '../http/problem.js';
import type { Protocol, ProtocolHost } from '../protocols/protocol.js';
import { createSession } from '../session/create-session.js';
import { createTrace, type RequestTrace } from '../session/request-trace.js';
import type { SessionGround } from '../session/session-ground.js';
import { Ledger } from '../upkeep/ledger.js';
import { Upkeep } from '../upkeep/upkeep.js';
import { catchUp, shareState } from '../workers/share-state.js';
import { createConnections, type Connections } from './connections.js';
import { createGrpcBackend } from './grpc-backend.js';
import { answerCall, type GrpcBackend } from './grpc-endpoint.js';
import { addHealthRoutes, type Obstacle } from './health-routes.js';
import { createMetrics, type Metrics } from './metrics.js';
import { ServerLog } from './server-log.js';
import type { ServerOptions } from './server-options.js';
import { toKnownProblem } from './to-known-problem.js';
import { isSameText, signText } from './signer.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** No login is asked for. */
    isPublic?: boolean;
    /** Whose route it is; set by the server. */
    protocol?: Protocol;
  }
  interface FastifyRequest {
    identity: Identity | undefined;
    trace: RequestTrace;
  }
}

/** How a client may show who it is. Some send a password only when they are asked for one. */
const CHALLENGES = ['Bearer realm="cache"', 'Basic realm="cache"'];

/** A server that runs. */
export interface RunningServer {
  /** Origin it listens on. */
  readonly url: string;
  readonly port: number;
  readonly upkeep: Upkeep;
  /** Takes nothing new, lets what is in flight end within the drain time, then cuts it. */
  close(): Promise<void>;
  /** Logs and counts an error that nobody foresaw, in one line. `place` says what was going on. */
  noteUnexpected(place: string, error: unknown): void;
}

/** Starts a server. Rejects when the port cannot be had. */
export async function startCacheServer(options: ServerOptions): Promise<RunningServer> {
  return await new CacheServer(options).start();
}

class CacheServer {
  readonly #options: ServerOptions;
  readonly #app: FastifyInstance;
  readonly #authenticator: Authenticator;
  readonly #ledger: Ledger;
  readonly #metrics: Metrics;
  readonly #log: ServerLog;
  readonly #upkeep: Upkeep;
  readonly #ground: SessionGround;
  readonly #connections: Connections;
  readonly #grpc: GrpcBackend;
  /** Answers that are not over yet. */
  readonly #open = new Set<FastifyReply>();
  #isReady = false;
  #isDraining = false;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { now, entries, blobs, quotas, tokens, issuers, parents, maxEntryBytes, storeNow = now } = options;
    const oidc = issuers.length === 0 ? undefined : new OidcVerifier(issuers, now);
    this.#authenticator = new Authenticator({ tokens, oidc, now });
    this.#ledger = new Ledger(quotas);
    this.#metrics = createMetrics({
      stored: () => this.#ledger.totals,
      missingWorkers: () => options.siblings?.missing ?? 0,
    });
    this.#log = new ServerLog({ write: options.log, now, metrics: this.#metrics });
    this.#upkeep = new Upkeep({
      entries,
      blobs,
      ledger: this.#ledger,
      quotas,
      now: storeNow,
      isShared: options.isShared === true,
      hearAll: options.siblings && (async () => void (await options.siblings?.ask({ kind: 'ledger' }))),
      onEvicted: (count) => this.#metrics.noteEvicted(count),
    });
    if (options.siblings !== undefined)
      shareState(options.siblings, {
        ledger: this.#ledger,
        upkeep: this.#upkeep,
        metrics: this.#metrics,
        authenticator: this.#authenticator,
        noteUnexpected: (error) => this.#log.noteUnexpected('workers', error),
      });
    this.#ground = { entries, blobs, parents, ledger: this.#ledger, maxEntryBytes, now: storeNow };
    this.#app = this.#createApp();
    this.#grpc = createGrpcBackend({
      protocols: options.protocols,
      trustProxy: options.trustProxy,
      isDraining: () => this.#isDraining,
      login: (attempt) => this.#authenticator.login(attempt),
      session: (subject) => createSession(this.#ground, subject),
      noteProblem: (problem) => this.#log.noteProblem(problem, undefined),
      noteAnswer: (answer) => this.#log.noteAnswer(answer),
    });
    this.#connections = createConnections(
      {
        onRequest: (request, response) => this.#app.routing(request, response),
        onStream: (stream, headers) =>
          void answerCall(this.#grpc, stream, headers).catch((error) => this.#log.noteUnexpected('grpc', error)),
        onTrouble: (error) => this.#log.noteUnexpected('accept', error),
      },
      options.tls,
    );
  }

  async start(): Promise<RunningServer> {
    const { host, port, tls } = this.#options;
    await this.#app.ready();
    const address = await this.#connections.listen(host, port);
    const timer = await this.#startUpkeep();
    const name = host.includes(':') ? `[${host}]` : host;
    return {
      url: `${tls === undefined ? 'http' : 'https'}://${name}:${address.port}`,
      port: address.port,
      upkeep: this.#upkeep,
      close: async () => {
        clearInterval(timer);
        await this.#drain();
      },
      noteUnexpected: (place, error) => this.#log.noteUnexpected(place, error),
    };
  }

  /** Counts what is there, and goes on doing so where that is the business of this process. */
  async #startUpkeep(): Promise<NodeJS.Timeout | undefined> {
    const { upkeepMs, siblings, isShared = false } = this.#options;
    if (siblings?.isLeader === false) {
      await catchUp(siblings, this.#ledger);
      this.#isReady = true;
      return undefined;
    }
    const round = async (): Promise<void> => {
      try {
        await this.#upkeep.run();
        this.#isReady = true;
      } catch (error) {
        if (error instanceof Problem) this.#log.noteUpkeepFailed(error.detail);
        // The next round may go well; what is served meanwhile does not depend on this one.
        else this.#log.noteUnexpected('upkeep', error);
      }
    };
    // Reading every entry of a bucket takes long; who does not count needs it least.
    if (isShared) this.#isReady = true;
    if (!isShared) await round();
    else if (upkeepMs > 0) void round();
    return upkeepMs === 0 ? undefined : setInterval(() => void round(), upkeepMs);
  }

  #createApp(): FastifyInstance {
    // Tells the requests of this process from those of others, and of earlier ones.
    const run = randomUUID();
    let count = 0;
    const app = fastify({
      logger: false,
      // One proxy: what it noted last. Everything before that in the header is the client's word.
      trustProxy: this.#options.trustProxy ? (_address: string, hop: number) => hop < 1 : false,
      // What clients make of an address that was given to them with a slash at its end.
      rewriteUrl: ({ url = '/' }) => url.replace(/^\/{2,}/, '/'),
      genReqId: () => `${run}-${(count++).toString(36)}`,
      // Names are digested before they reach a store; a long one is refused by the session.
      routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: false },
      return503OnClosing: false,
      // Its own words have the path in them, which may be anything, and it says nothing of such requests.
      frameworkErrors: (_error, { id }, { raw }) => {
        const problem = new Problem('bad-request', 'an address of another form');
        this.#log.noteProblem(problem, id);
        const text = `${problem.text}\n`;
        raw.writeHead(problem.status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length });
        raw.end(text);
      },
      // Fastify's own server is never listened on; see connections.ts.
      forceCloseConnections: false,
    });
    app.removeAllContentTypeParsers();
    // By its name what most clients send is found at once; for `*` the type is read and compared first.
    for (const type of ['application/octet-stream', '*'])
      app.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
    app.decorateRequest('identity', undefined);
    app.decorateRequest('trace');
    app.addHook('onRequest', (request, reply, done) => this.#receive(request, reply, done));
    app.setErrorHandler((error, request, reply) => this.#answerProblem(error, request, reply));
    app.setNotFoundHandler((request, reply) => this.#answerProblem(new Problem('not-found'), request, reply));
    addHealthRoutes(app, {
      findObstacle: () => this.#findObstacle(),
      missingWorkers: () => this.#options.siblings?.missing ?? 0,
      metrics: async () => this.#metrics.text(await this.#options.siblings?.ask({ kind: 'metrics' })),
    });
    for (const protocol of this.#options.protocols) this.#addProtocol(app, protocol);
    return app;
  }

  #addProtocol(app: FastifyInstance, protocol: Protocol): void {
    void app.register(async (scope) => {
      scope.addHook('onRoute', (route) => {
        route.config = { ...route.config, protocol };
      });
      protocol.register(scope, this.#createHost(protocol));
    });
  }

  #createHost(protocol: Protocol): ProtocolHost {
    const { now, signingKey, publicUrl, signedOnly, signedBy, revokeToken } = this.#options;
    const sign = (text: string): string => signText(signingKey, `${protocol.name}\n${text}`);
    return {
      now,
      sign,
      isSigned: (text, signature) => isSameText(sign(text), signature),
      revokeOwnToken: async ({ identity }) => {
        if (identity === undefined) throw new Problem('no-credential');
        return await revokeOwnToken(identity, revokeToken);
      },
      takesSignedOnly: ({ identity }) => identity === undefined || isSignedOnly(signedOnly, identity),
      signersOf: (identity) => findSigners(signedBy, identity),
      publicUrl: (request) => publicUrl ?? `${request.protocol}://${request.host}`,
      session: (request) => {
        if (request.identity === undefined) throw new Problem('no-credential');
        return createSession(this.#ground, {
          identity: request.identity,
          protocol: protocol.name,
          trace: request.trace,
        });
      },
      sessionOf: ({ tenant, scope, subject, mayWrite }, request) => {
        const parsed = parseScope(scope);
        if (parsed === undefined) throw new Problem('bad-request', 'a grant without a scope');
        request.identity = { tenant, scope: parsed, subject, mayWrite };
        return createSession(this.#ground, {
          identity: request.identity,
          protocol: protocol.name,
          trace: request.trace,
        });
      },
    };
  }

  /** Every request starts here: who is it, and may it send its body? */
  #receive(request: FastifyRequest, reply: FastifyReply, done: (problem?: Error) => void): void {
    request.trace = createTrace();
    this.#open.add(reply);
    if (this.#isDraining) announceEnd(reply);
    holdBody(request.raw, reply.raw);
    // Not the framework's hook for that: it says nothing when the client goes away.
    const startedAt = performance.now();
    reply.raw.on('close', () => {
      this.#open.delete(reply);
      this.#noteServed(request, reply, (performance.now() - startedAt) / 1000);
      // An answer whose headers were sent before the drain began promised to keep the connection.
      if (this.#isDraining) request.raw.socket.end();
      // A body that was refused in the middle would lie in the way of the next request on this connection.
      else if (!request.raw.readableEnded) request.raw.resume();
    });
    const admit = (identity?: Identity): void => {
      request.identity = identity;
      done();
    };
    const { config } = request.routeOptions;
    if (request.is404 || config.isPublic === true || config.protocol === undefined) return admit();
    let login: Identity | Promise<Identity>;
    try {
      // The connection of a client that has left already has no address, whatever the type says.
      const address = (request.ip as string | undefined) ?? '';
      login = this.#authenticator.login({ authorization: request.headers.authorization, address });
    } catch (problem) {
      if (!(problem instanceof Error)) throw problem;
      return done(problem);
    }
    if (login instanceof Promise) login.then(admit).catch(done);
    else admit(login);
  }

  #answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const cause = toKnownProblem(error);
    const protocol = request.routeOptions.config.protocol;
    const problem = protocol?.softenProblem?.(cause, request.method) ?? cause;
    this.#log.noteProblem(cause, request.id);
    const body = protocol?.describeProblem?.(problem);
    if (problem.status === 401) void reply.header('www-authenticate', CHALLENGES);
    if (problem.status === 429) void reply.header('retry-after', '60');
    return reply
      .code(problem.status)
      .header('content-type', body?.contentType ?? 'text/plain; charset=utf-8')
      .send(body?.text ?? `${problem.text}\n`);
  }

  #noteServed(request: FastifyRequest, reply: FastifyReply, seconds: number): void {
    this.#log.noteAnswer({
      id: request.id,
      identity: request.identity,
      isCut: !reply.raw.writableFinished,
      protocol: request.routeOptions.config.protocol?.name ?? 'server',
      method: request.method,
      status: reply.statusCode,
      seconds,
      // What was announced and never came, with a wrong token for one, is no traffic.
      bytesIn: request.raw.complete ? Number(request.headers['content-length'] ?? 0) : 0,
      bytesOut: request.method === 'HEAD' ? 0 : Number(reply.getHeader('content-length') ?? 0),
      trace: request.trace,
    });
  }

  async #findObstacle(): Promise<Obstacle | undefined> {
    if (this.#isDraining) return { kind: 'draining' };
    if (!this.#isReady) return { kind: 'starting' };
    if ((await this.#options.isStoreInPlace?.()) === false) return { kind: 'store-moved' };
    const name = { tenant: '', scope: '', protocol: 'server', instance: '', key: 'probe' };
    const found = await this.#options.entries.get(name);
    if (found.ok) return undefined;
    const { failure } = found;
    const detail = 'detail' in failure ? failure.detail : undefined;
    return { kind: failure.code === 'store/denied' ? 'store-refused' : 'store-trouble', detail };
  }

  /** Until the log says of every answer that is under way how it ended; for a second at most. */
  async #untilNoted(): Promise<void> {
    const closed = [...this.#open].map((reply) => new Promise<void>((resolve) => reply.raw.once('close', resolve)));
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, 1000)));
    await Promise.race([Promise.all(closed), timeUp]);
    clearTimeout(timer);
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    for (const reply of this.#open) announceEnd(reply);
    const stopped = this.#connections.stop();
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.#options.drainMs)));
    await Promise.race([stopped, timeUp]);
    clearTimeout(timer);
    const cut = this.#untilNoted();
    this.#connections.cut();
    await stopped;
    await cut;
    await this.#app.close();
  }
}

/** Tells the client that the connection is closed after this answer, if that has not begun. */
function announceEnd(reply: FastifyReply): void {
  if (!reply.raw.headersSent) void reply.header('connection', 'close');
}
