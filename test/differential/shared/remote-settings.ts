import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from '../scene.js';

const CONFIG = 'turbo-like.config.json';
type Json = Readonly<Record<string, unknown>>;

function readConfig(machine: Scene): Json | undefined {
  try {
    return JSON.parse(readFileSync(join(machine.root, CONFIG), 'utf8').replace(/^\/\/.*$/gm, '')) as Json;
  } catch {
    return undefined;
  }
}

/** What the configuration says of the remote. */
export function readRemoteSettings(machine: Scene): Json {
  return (readConfig(machine)?.['remoteCache'] as Json | undefined) ?? {};
}

/** Says something else; false where there is no configuration that can be read. */
export function writeRemoteSettings(machine: Scene, remoteCache: Json): boolean {
  const config = readConfig(machine);
  if (config === undefined) return false;
  writeFileSync(join(machine.root, CONFIG), JSON.stringify({ ...config, remoteCache }, null, 2));
  return true;
}
