import { chownSync, cpSync, lchownSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceDefinition } from '@tr/model';
import type { Engine, EngineContext, EngineLease, EngineRequest } from '../engine.js';
import { isNoSpace } from '../place/is-no-space.js';
import type { Place } from '../place/places.js';
import type { CapturedState, ServiceAddress } from '../ports.js';
import type { Account } from '../process.js';
import { ServiceError, toDetail } from '../service-error.js';
import { packState, UnpackableError } from '../state/pack-state.js';
import { StateError, unpackState } from '../state/unpack-state.js';
import { OwnServer } from './own-server.js';
import type { ServerKind } from './server-kind.js';

/** Servers with a data directory each: one for the task, one for each worker. None is used twice: starting is quick. */
export class OwnServerEngine<Program> implements Engine {
  readonly #context: EngineContext;
  readonly #kind: ServerKind<Program>;
  readonly #servers = new Set<OwnServer<Program>>();
  #isDisposed = false;

  constructor(context: EngineContext, kind: ServerKind<Program>) {
    this.#context = context;
    this.#kind = kind;
  }

  async identify(service: ServiceDefinition): Promise<string> {
    return this.#kind.engineOf(await this.#kind.find(service));
  }

  async lease(request: EngineRequest): Promise<EngineLease> {
    const program = await this.#kind.find(request.service);
    const servers = await this.#startAll(program, request);
    if (this.#isDisposed) {
      await this.dispose();
      const { name: service } = request.service;
      const logTail: readonly string[] = [];
      throw new ServiceError({
        code: 'service/start-failed',
        service,
        detail: 'the run ended',
        logPath: undefined,
        logTail,
      });
    }
    return new OwnServerLease({
      kind: this.#kind,
      program,
      request,
      servers,
      fill: (place) => this.#fill(program, request, place),
      end: (server) => this.#end(server),
    });
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([...this.#servers].map((server) => this.#end(server)));
  }

  async detach(): Promise<void> {
    // Servers were let go of when they were started, and no connection to them stays open.
    await Promise.resolve();
  }

  /** In memory when it fits; on disk when it turns out that it does not. */
  async #startAll(program: Program, request: EngineRequest): Promise<readonly OwnServer<Program>[]> {
    const { service, state, signal } = request;
    for (const avoidMemory of [false, true]) {
      const places: Place[] = [];
      try {
        return await this.#startIn(places, { program, request, avoidMemory });
      } catch (error) {
        await Promise.all(places.map((place) => place.remove()));
        if (!isNoSpace(error)) throw state === undefined || signal.aborted ? error : asUnusable(service, error);
        const [place] = places;
        if (place?.isInMemory !== true) break;
        this.#context.places.reportFullMemory(service, place.directory);
      }
    }
    throw new ServiceError({ code: 'service/no-space', service: service.name, path: this.#context.options.directory });
  }

  /** The data directory of the first is made, those of the others are copies of it; then all start at once. */
  async #startIn(
    places: Place[],
    { program, request, avoidMemory }: { program: Program; request: EngineRequest; avoidMemory: boolean },
  ): Promise<readonly OwnServer<Program>[]> {
    const { service, state, signal, workers = 0 } = request;
    const kind = this.#kind;
    const size = state === undefined ? 0 : (statSync(state.path, { throwIfNoEntry: false })?.size ?? 0);
    const bytes = kind.emptyBytes + 2 * size;
    for (let index = 0; index <= workers; index += 1) {
      places.push(this.#context.places.create({ service, bytes, avoidMemory }));
    }
    const [first, ...others] = places;
    if (first !== undefined) await this.#fill(program, request, first);
    for (const place of others) if (first !== undefined) copyData(first.data, place.data, kind.account);
    const settled = await Promise.allSettled(
      places.map((place) => OwnServer.start({ kind, program, service, place, context: this.#context, signal })),
    );
    const servers = settled.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const failed = settled.find((result) => result.status === 'rejected');
    for (const server of servers) this.#servers.add(server);
    if (failed === undefined) return servers;
    await Promise.all(servers.map((server) => this.#end(server)));
    throw failed.reason;
  }

  async #fill(program: Program, { service, state }: EngineRequest, place: Place): Promise<void> {
    const kind = this.#kind;
    if (state === undefined) return await kind.fillEmpty(program, service, place);
    const { path, sha256 } = state;
    const { account } = kind;
    try {
      await unpackState({
        path,
        sha256,
        expected: kind.headerOf(program),
        directory: place.data,
        account,
        isStored: (file) => kind.isStored(file),
      });
    } catch (error) {
      rmSync(place.data, { recursive: true, force: true });
      if (!(error instanceof StateError)) throw error;
      throw new ServiceError({ code: 'service/state-unusable', service: service.name, detail: error.message }, error);
    }
  }

  async #end(server: OwnServer<Program>): Promise<void> {
    if (this.#servers.delete(server)) await server.destroy();
  }
}

/** A server that does not come up on a state says nothing about servers. */
function asUnusable(service: ServiceDefinition, error: unknown): unknown {
  if (!(error instanceof ServiceError) || error.failure.code !== 'service/start-failed') return error;
  const last = error.failure.logTail.findLast((line) => /error|fatal|bad|wrong/i.test(line));
  const detail = `the server does not start on it${last === undefined ? '' : ` (${last.trim()})`}`;
  return new ServiceError({ code: 'service/state-unusable', service: service.name, detail }, error);
}

/** Copies a data directory, block by reference where the file system can. */
function copyData(from: string, to: string, account: Account | undefined): void {
  cpSync(from, to, { recursive: true, mode: 2, errorOnExist: true, force: false });
  if (account === undefined) return;
  for (const path of readdirSync(to, { recursive: true })) lchownSync(join(to, String(path)), account.uid, account.gid);
  chownSync(to, account.uid, account.gid);
}

interface OwnServerLeaseParts<Program> {
  readonly kind: ServerKind<Program>;
  readonly program: Program;
  readonly request: EngineRequest;
  /** The task's own first. */
  readonly servers: readonly OwnServer<Program>[];
  readonly fill: (place: Place) => Promise<void>;
  readonly end: (server: OwnServer<Program>) => Promise<void>;
}

/** The servers of one task. */
class OwnServerLease<Program> implements EngineLease {
  readonly #parts: OwnServerLeaseParts<Program>;

  constructor(parts: OwnServerLeaseParts<Program>) {
    this.#parts = parts;
  }

  get service(): ServiceDefinition {
    return this.#parts.request.service;
  }

  get address(): ServiceAddress {
    const { kind, servers } = this.#parts;
    const [own] = servers;
    return own === undefined ? {} : kind.addressOf(own.instance);
  }

  get workers(): readonly ServiceAddress[] {
    const { kind, servers } = this.#parts;
    return servers.slice(1).map(({ instance }) => kind.addressOf(instance));
  }

  async capture(path: string): Promise<CapturedState> {
    const { kind, program, servers } = this.#parts;
    const [server] = servers;
    const failed = (detail: string, cause?: unknown): ServiceError =>
      new ServiceError({ code: 'service/capture-failed', service: this.service.name, detail }, cause);
    if (server?.isRunning() !== true) throw failed('the server has ended');
    try {
      await kind.beforeCapture(program, server.instance);
      if (kind.isStoppedForCapture) await server.stop();
      try {
        const directory = server.instance.place.data;
        const isWanted = (file: string): boolean => kind.isStored(file);
        return await packState({ header: kind.headerOf(program), directory, isWanted, target: path });
      } finally {
        if (kind.isStoppedForCapture) await server.launch();
      }
    } catch (error) {
      if (error instanceof UnpackableError) throw failed(`it holds what is no file (${error.message})`, error);
      throw failed(toDetail(error), error);
    }
  }

  async reset(worker: number | undefined): Promise<void> {
    const server = this.#parts.servers[worker === undefined ? 0 : worker + 1];
    if (server === undefined) return;
    await server.kill();
    rmSync(server.instance.place.data, { recursive: true, force: true });
    await this.#parts.fill(server.instance.place);
    await server.launch();
  }

  async resetAll(): Promise<void> {
    await Promise.all(this.#parts.servers.map((_, index) => this.reset(index === 0 ? undefined : index - 1)));
  }

  async release(): Promise<void> {
    await Promise.all(this.#parts.servers.map((server) => this.#parts.end(server)));
  }
}
