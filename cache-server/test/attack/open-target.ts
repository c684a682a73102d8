import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role, Target } from './attack.js';
import { OPEN_SERVER } from './open-server-version.js';
import type { Issuer } from './issuer.js';
import { freePort } from '../rig/free-port.js';

const ROLES: readonly Role[] = ['main', 'pull', 'reader', 'stranger'];

/**
 * The most used open cache server for Turborepo, installed from npm for this run: one process with a token per role, one
 * that takes tokens of the issuer. Both write to one directory.
 */
export async function startOpenTarget(issuer: Issuer): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'open-server-'));
  const processes: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(processes.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    install(folder);
    const tokens = new Map(ROLES.map((role) => [role, `token-of-${role}-0123456789abcdef`]));
    let log = '';
    const start = async (env: Readonly<Record<string, string>>): Promise<number> => {
      const port = await freePort();
      const child = spawn(process.execPath, [join(folder, 'node_modules', OPEN_SERVER.name, 'dist/cli.js')], {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'production',
          HOST: '127.0.0.1',
          PORT: String(port),
          STORAGE_PATH: join(folder, 'a/b/store'),
          STORAGE_PATH_USE_TMP_FOLDER: 'false',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      processes.push(child);
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
      await answering(`http://127.0.0.1:${port}/v8/artifacts/status`, child, () => log);
      return port;
    };
    const port = await start({ TURBO_TOKEN: [...tokens.values()].join(',') });
    const oidcPort = await start({
      AUTH_MODE: 'jwt',
      JWKS_URL: `${issuer.origin}/keys`,
      JWT_ISSUER: issuer.origin,
      JWT_AUDIENCE: 'our-cache',
    });
    return {
      name: `${OPEN_SERVER.name} ${OPEN_SERVER.version}`,
      url: `http://127.0.0.1:${port}`,
      port,
      oidcUrl: `http://127.0.0.1:${oidcPort}`,
      features: new Set(['oidc']),
      token: (role) => tokens.get(role) ?? '',
      team: (role) => (role === 'stranger' ? 'other' : 'acme'),
      sign: issuer.sign,
      forgedKeyFetches: issuer.forgedKeyFetches,
      log: () => log,
      strayFiles: () =>
        readdirSync(folder, { recursive: true })
          .map(String)
          .filter(
            (name) => name.includes('stray') && !name.startsWith('node_modules') && !name.startsWith('a/b/store/acme/'),
          ),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function install(folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const args = ['install', '--no-audit', '--no-fund', '--silent', `${OPEN_SERVER.name}@${OPEN_SERVER.version}`];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${OPEN_SERVER.name} cannot be installed`);
}

/** Waits until something answers, whatever it says. */
async function answering(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${log()}`);
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
}
