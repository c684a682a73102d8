import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const exec = promisify(execFile);

/** The parts of a manifest that decide what else is asked for. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A registry for package managers, on loopback. */
export interface PackageRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the installed packages of this repository that are named, and what they depend on. Builds for other machines, which are
 * not installed here, are described as package-lock.json does, so that every package manager passes them over.
 */
export async function startPackageRegistry(names: readonly string[]): Promise<PackageRegistry> {
  const scratch = mkdtempSync(join(tmpdir(), 'tr-registry-'));
  const lock = readJson(join(ROOT, 'package-lock.json')) as { readonly packages: Record<string, Manifest> };
  const packages = new Map<string, { readonly manifest: Manifest; readonly tarball: Buffer }>();
  const add = async (name: string): Promise<void> => {
    if (packages.has(name)) return;
    const directory = join(ROOT, 'node_modules', name);
    const isInstalled = existsSync(directory);
    const locked = lock.packages[`node_modules/${name}`];
    if (!isInstalled && locked === undefined) return;
    const manifest = isInstalled
      ? (readJson(join(directory, 'package.json')) as Manifest)
      : ({ ...locked, name } as Manifest);
    packages.set(name, { manifest, tarball: isInstalled ? await pack(directory, scratch) : Buffer.alloc(0) });
    for (const each of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) await add(each);
  };
  for (const name of names) await add(name);
  rmSync(scratch, { recursive: true });

  const server = createServer((request, response) => {
    const [name = '', file] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split('/-/');
    const found = packages.get(name);
    if (found === undefined) response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    else if (file === undefined) {
      const { manifest, tarball } = found;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(packument(manifest, { tarball, url })));
    } else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.tarball);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function packument(
  manifest: Manifest,
  { tarball, url }: { readonly tarball: Buffer; readonly url: string },
): Readonly<Record<string, unknown>> {
  const { name, version } = manifest;
  const digest = (algorithm: string, encoding: 'hex' | 'base64'): string =>
    createHash(algorithm).update(tarball).digest(encoding);
  const dist = {
    tarball: `${url}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`,
    shasum: digest('sha1', 'hex'),
    integrity: `sha512-${digest('sha512', 'base64')}`,
  };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}

async function pack(directory: string, scratch: string): Promise<Buffer> {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch, directory];
  const { stdout } = await exec('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' });
  return readFileSync(join(scratch, stdout.trim()));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
