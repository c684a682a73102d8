import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import type { Random } from '../../histories/random.js';
import { makeScene, type Kind } from '../kinds.js';
import type { Places } from '../history.js';
import { Scene } from '../scene.js';
import type { RootSettings } from '../settings.js';
import { Turns } from '../turns.js';
import { startRemote, type Remote, type RemoteKind, type Role } from './remote.js';

/** What a work tree of a shared world may be. */
const SCENES: readonly Kind[] = ['npm-lock3', 'pnpm-10', 'python', 'single', 'links'];

/** Tasks whose results are another one each time, or many files; see the commands. */
function makeTasks(random: Random): RootSettings['tasks'] {
  const restore = (): { readonly restore: string } => ({ restore: random.pick(['copy', 'copy', 'link']) });
  return {
    odd: { command: 'odd odd src/one.txt', inputs: ['src/one.txt'], outputs: ['odd/**'], ...restore() },
    odder: { command: 'odder odder odd', dependsOn: ['odd'], inputs: ['odd/**'], outputs: ['odder/**'] },
    many: { command: 'many many src/two.txt', inputs: ['src/two.txt'], outputs: ['many/**'], ...restore() },
  };
}

/** Seconds; a machine that is busy with other things may lose a hit by them, and says so. */
const LIMITS = { timeout: 3, uploadTimeout: 5 };

/** Some checkouts of one repository on machines that share a remote. */
export class World {
  readonly base: string;
  readonly remote: Remote;
  readonly kind: RemoteKind;
  readonly machines: readonly Scene[];
  /** Whose local state was damaged by hand. */
  readonly damaged = new Set<Scene>();
  /** Signs, and is trusted by who asks for signatures. */
  readonly keys: Keys;
  /** Something of what the remote keeps may be lost, or may never have come to it. */
  isRemoteDamaged = false;
  /** What goes on beside the next call, and has to end before the one after it. */
  pending: Promise<void> | undefined;

  private constructor(made: Pick<World, 'base' | 'remote' | 'kind' | 'machines' | 'keys'>) {
    this.base = made.base;
    this.remote = made.remote;
    this.kind = made.kind;
    this.machines = made.machines;
    this.keys = made.keys;
  }

  /** Makes one on the file system of `warm`. */
  static async make(kind: RemoteKind, random: Random, { warm, programs }: Places): Promise<World> {
    const base = Scene.makeBase(warm);
    const stored = join(base, 'remote');
    mkdirSync(stored);
    const extra = { tasks: makeTasks(random), remoteCache: LIMITS };
    const first = makeScene(random.pick(SCENES), random, base, extra);
    const machines = [first, ...Array.from({ length: 1 + random.below(2) }, () => copyOf(first, base))];
    const keys = makeKeys();
    const world = new World({
      base,
      remote: await startRemote(kind, stored, {
        trusted: keys.trusted,
        turns: new Turns(programs, random.below(2 ** 31)),
      }),
      kind,
      machines,
      keys,
    });
    for (const machine of machines) world.become(machine, 'main');
    return world;
  }

  /** Gives a machine a role at the remote. */
  become(machine: Scene, role: Role): void {
    for (const [name, value] of Object.entries(this.remote.environmentOf(role))) machine.surroundings.set(name, value);
  }

  /** Gives a machine what another one has checked out, its variables and its tools. */
  pull(to: Scene, from: Scene): boolean {
    from.git('add', '-A');
    from.git('commit', '-q', '--allow-empty', '-m', 'state');
    const branch = `pulled-${to.base.slice(-6)}`;
    const isDone =
      to.git('fetch', '-q', '-f', from.root, `HEAD:refs/pulled/${branch}`) !== undefined &&
      to.git('reset', '-q', '--hard', `refs/pulled/${branch}`) !== undefined &&
      to.git('clean', '-q', '-ffd') !== undefined;
    to.variables.clear();
    for (const [name, value] of from.variables) to.variables.set(name, value);
    copyFileSync(join(from.base, 'tools/version'), join(to.base, 'tools/version'));
    return isDone;
  }

  /** Takes everything of ours from a machine, and its outputs. */
  wipe(machine: Scene): void {
    rmSync(join(machine.root, '.tr'), { recursive: true, force: true });
    this.wipeOutputs(machine);
    this.damaged.delete(machine);
  }

  wipeOutputs(machine: Scene): void {
    for (const path of machine.listOutputs()) if (existsSync(machine.root)) rmSync(join(machine.root, path));
    spawnSync('find', [machine.root, '-depth', '-type', 'd', '-empty', '-not', '-path', '*/.git/*', '-delete']);
  }

  /** What goes on beside calls has ended, and the remote is there. */
  async settle(): Promise<void> {
    await this.pending;
    this.pending = undefined;
    await this.remote.restart();
    this.remote.proxy.fault = { kind: 'none' };
  }

  async dispose(): Promise<void> {
    await this.settle();
    await this.remote.close();
    rmSync(this.base, { recursive: true, force: true });
  }
}

function copyOf(scene: Scene, directory: string): Scene {
  const base = Scene.makeBase(directory);
  spawnSync('cp', ['-a', `${scene.base}/.`, base]);
  return new Scene(base, scene.shape);
}

/** Both halves, as variables and configurations have them. */
interface Keys {
  readonly signing: string;
  readonly trusted: string;
}

function makeKeys(): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    signing: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    trusted: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}
