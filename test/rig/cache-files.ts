import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every blob of a workspace's local store, absolute. */
export function blobFiles(root: string): string[] {
  const blobs = join(root, '.tr/cache/v1/blobs');
  return readdirSync(blobs).flatMap((folder) =>
    readdirSync(join(blobs, folder)).map((file) => join(blobs, folder, file)),
  );
}

/** The blob whose content is `text`, or the pack that has it among others; throws when there is none. */
export function blobOf(root: string, text: string): string {
  const contents = blobFiles(root).map((file) => ({ file, content: readFileSync(file, 'utf8') }));
  const found = (
    contents.find(({ content }) => content === text) ?? contents.find(({ content }) => content.includes(text))
  )?.file;
  if (found === undefined) throw new Error(`no blob holds ${JSON.stringify(text)}`);
  return found;
}

/** Overwrites a stored file, read-only or not. */
export function overwrite(file: string, bytes: string): void {
  chmodSync(file, 0o644);
  writeFileSync(file, bytes);
}

/** Every manifest of a workspace's local store, absolute. */
export function manifestFiles(root: string): string[] {
  const actions = join(root, '.tr/cache/v1/actions');
  return readdirSync(actions).flatMap((folder) =>
    readdirSync(join(actions, folder)).map((file) => join(actions, folder, file)),
  );
}
