import type { Digest, Manifest } from '@tr/model';
import type { TarMember } from './tar-header.js';

/** A member of the stream of one stored result, and what its content is. */
export interface StreamMember {
  /** For `toTarHeader` where its bytes are wanted: 40,000 of them are 20 MB. */
  readonly member: TarMember;
  /** Undefined for links and directories. */
  readonly content: Digest | undefined;
  /** The first members: manifest, log, fingerprint, external closure. */
  readonly isHead: boolean;
}

/** The folder of the stream that has the outputs, at their paths below the workspace root. */
const OUTPUTS = 'outputs';

/**
 * What the tar stream of a result consists of, in order: `manifest.json`, `log`, `fingerprint.json`, `closure.json`, then the
 * outputs as the manifest lists them; content that came before is a hard link to it. A function of the manifest alone,
 * so whoever has the manifest knows where in the stream everything lies. Plain `tar` reads it.
 */
export function* listMembers(manifest: Manifest, manifestBytes: Digest): Iterable<StreamMember> {
  const head = [
    ['manifest.json', manifestBytes],
    ['log', manifest.log],
    ['fingerprint.json', manifest.fingerprint],
    ['closure.json', manifest.externalClosure],
  ] as const;
  for (const [path, content] of head) if (content !== undefined) yield file(path, content, { isHead: true });
  const first = new Map<string, string>();
  for (const entry of manifest.entries) {
    const path = `${OUTPUTS}/${entry.path}`;
    if (entry.type === 'directory') yield plain({ path, type: 'directory' });
    else if (entry.type === 'symlink') yield plain({ path, type: 'symlink', target: entry.target });
    else {
      const { digest, executable } = entry;
      // A link has the mode of its file, so each mode has a copy.
      const content = `${digest.hash}${executable ? 'x' : ''}`;
      const target = first.get(content);
      if (target !== undefined) yield plain({ path, type: 'link', target, executable });
      else {
        first.set(content, path);
        yield file(path, digest, { executable, isHead: false });
      }
    }
  }
}

function file(
  path: string,
  content: Digest,
  more: { readonly executable?: boolean; readonly isHead: boolean },
): StreamMember {
  const { executable = false, isHead } = more;
  return { member: { path, type: 'file', size: content.size, executable, target: '' }, content, isHead };
}

function plain(member: Pick<TarMember, 'path' | 'type'> & Partial<TarMember>): StreamMember {
  return {
    member: { size: 0, executable: false, target: '', ...member },
    content: undefined,
    isHead: false,
  };
}
