import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const REAP = join(ROOT, 'bench/stories/reap.py');
/** The built CLI. */
export const TR = [process.execPath, join(ROOT, 'cli/bin/tr.cjs')];

/** What the process prints; throws when it fails. */
export function run(cwd, command, env = {}) {
  const [name, ...args] = command;
  const result = spawnSync(name, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
  if (result.status !== 0) throw new Error(`${command.join(' ')}: ${result.status}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/**
 * A repository whose first commit is an example, and machines that a CI provider would hand out: each run has a clone of
 * its own in which nothing but the folders in `kept` outlives the run.
 */
export class Story {
  constructor(example) {
    this.folder = mkdtempSync(join(tmpdir(), 'tr-stories-'));
    // PostgreSQL runs as another user when we are root.
    chmodSync(this.folder, 0o711);
    this.origin = join(this.folder, 'origin');
    const source = join(ROOT, 'examples', example);
    const files = run(source, ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
    for (const file of files.split('\0').filter(Boolean))
      cpSync(join(source, file), join(this.origin, file), { recursive: true, verbatimSymlinks: true });
    this.git('init', '-q', '-b', 'develop');
  }

  git(...args) {
    const as = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
    return run(this.origin, ['git', ...as, ...args]);
  }

  commit(message) {
    this.git('add', '-A');
    this.git('commit', '-q', '-m', message);
  }

  read(path) {
    return readFileSync(join(this.origin, path), 'utf8');
  }

  write(path, text) {
    mkdirSync(dirname(join(this.origin, path)), { recursive: true });
    writeFileSync(join(this.origin, path), text);
  }

  /** A folder that outlives the runs, as the cache of a CI provider does. */
  kept(name) {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true, mode: 0o711 });
    return path;
  }

  /** Wall and CPU seconds of a command in a new clone of what `origin` has checked out, and what it printed. */
  measure(command, env = {}) {
    const machine = mkdtempSync(join(this.folder, 'machine-'));
    chmodSync(machine, 0o711);
    const checkout = join(machine, 'checkout');
    run(this.folder, ['git', 'clone', '-q', this.origin, checkout]);
    const report = join(machine, 'report.json');
    const [name, ...args] = ['/usr/bin/python3', '-I', REAP, report, ...command];
    const result = spawnSync(name, args, {
      cwd: checkout,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', ...env },
      maxBuffer: 1 << 28,
    });
    const { code, wall, cpu } = JSON.parse(readFileSync(report, 'utf8'));
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${result.stdout}${result.stderr}`);
    rmSync(machine, { recursive: true, force: true });
    return { wall, cpu, output: result.stdout };
  }

  dispose() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
