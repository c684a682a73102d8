import { posix } from 'node:path';
import { splitLabel } from '../reading.js';

/**
 * What a reference may stand for. A dependency path is written `/name/1.0.0_peers` in format 5, `/name@1.0.0(peers)` in
 * format 6 and `name@1.0.0(peers)` in format 9; a reference is the whole path, or only what follows the name.
 */
export function dependencyPathsOf(name: string, reference: string): string[] {
  return [reference, `${name}@${reference}`, `/${name}@${reference}`, `/${name}/${reference}`];
}

/** Directory that a `link:` reference leads to, seen from the importer `from`; undefined for any other reference. */
export function linkedDirectory(from: string, reference: string): string | undefined {
  return reference.startsWith('link:') ? posix.join(from, reference.slice('link:'.length)) : undefined;
}

/** Key of an importer among the entries; cannot be a dependency path. */
export function importerKey(directory: string): string {
  return `importer ${directory}`;
}

/** The path without its peer suffix in parentheses. */
export function withoutPeers(path: string): string {
  const peers = path.indexOf('(');
  return peers < 0 ? path : path.slice(0, peers);
}

/** A dependency path of any format as `name@version…`; paths of other shapes (git, tarballs) stay as they are. */
export function toLabel(path: string): string {
  const old = /^\/((?:@[^/]+\/)?[^/@]+)\/([^/].*)$/.exec(path);
  if (old !== null) return `${old[1] ?? ''}@${old[2] ?? ''}`;
  const label = path.startsWith('/') ? path.slice(1) : path;
  return splitLabel(label)[1] === '' ? `${label}@` : label;
}
