import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { CleanStat } from '@tr/quick';
import { readGitIndex } from '../src/git/git-index.js';
import { UNTRUSTED, type ParsedIndex } from '../src/git/entry-directories.js';
import { parseIndex, type IndexRefusal } from '../src/git/parse-index.js';
import { TestRepository } from './rig/repository.js';

const LONG = `${'d'.repeat(250)}/`.repeat(17);

function repositoryWith(...initArguments: readonly string[]): TestRepository {
  const repository = TestRepository.withGit(...initArguments);
  repository.write({
    'a.b/c': '2',
    'x/b': '3',
    'x/é\u{1F600}': '4',
    'b/c/d/e/f': '5',
    'b/c.d': '6',
    'b/c-d/e': '7',
    z: '',
    __proto__x: '8',
  });
  repository.commit();
  return repository;
}

function parse(
  repository: TestRepository,
  prefix = '',
  algorithm: 'sha1' | 'sha256' = 'sha1',
): ParsedIndex | IndexRefusal {
  return parseIndex({ bytes: readFileSync(repository.path('.git', 'index')), algorithm, prefix });
}

/** Path -> id as read, all directories. */
function idsOf(repository: TestRepository, index: ParsedIndex | IndexRefusal, hashBytes = 20): Record<string, string> {
  assert.ok(typeof index === 'object', JSON.stringify(index));
  const bytes = readFileSync(repository.path('.git', 'index'));
  const ids: Record<string, string> = {};
  const visit = (directory: string): void => {
    for (const [name, offset] of index.namesIn(directory) ?? []) {
      const id = offset === UNTRUSTED ? 'untrusted' : bytes.toString('hex', offset + 40, offset + 40 + hashBytes);
      ids[directory === '' ? name : `${directory}/${name}`] = id;
    }
  };
  const directories = new Set(['']);
  for (const path of repository.git('ls-files', '-z').split('\0')) {
    const names = path.split('/').slice(0, -1);
    names.forEach((_, at) => directories.add(names.slice(0, at + 1).join('/')));
  }
  for (const directory of directories) {
    assert.equal(index.hasDirectory(directory), true, directory);
    visit(directory);
  }
  return ids;
}

function listedByGit(repository: TestRepository): Record<string, string> {
  const lines = repository.git('ls-files', '-s', '-z').split('\0').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => {
      const [, id = '', path = ''] = /^\d+ ([0-9a-f]+) \d\t(.*)$/s.exec(line) ?? [];
      return [path, id];
    }),
  );
}

describe('parseIndex reads what git wrote', () => {
  for (const version of ['2', '4']) {
    it(`version ${version}`, () => {
      const repository = repositoryWith();
      repository.git('update-index', '--index-version', version);
      assert.equal(readFileSync(repository.path('.git', 'index')).readUInt32BE(4), Number(version));
      assert.deepEqual(idsOf(repository, parse(repository)), listedByGit(repository));
    });
  }

  it('version 3, with entries that are only announced', () => {
    const repository = repositoryWith();
    repository.write({ new: 'n' });
    repository.git('add', '-N', 'new');
    repository.git('update-index', '--skip-worktree', 'z');
    repository.git('update-index', '--assume-unchanged', 'a.b/c');
    assert.equal(readFileSync(repository.path('.git', 'index')).readUInt32BE(4), 3);
    const expected = { ...listedByGit(repository), new: 'untrusted', z: 'untrusted', 'a.b/c': 'untrusted' };
    assert.deepEqual(idsOf(repository, parse(repository)), expected);
  });

  it('a repository with SHA-256', () => {
    const repository = repositoryWith('--object-format=sha256');
    assert.deepEqual(idsOf(repository, parse(repository, '', 'sha256'), 32), listedByGit(repository));
    assert.equal(parse(repository, '', 'sha1'), 'corrupt');
  });

  for (const version of ['2', '4']) {
    it(`names longer than the length field, version ${version}`, () => {
      const repository = TestRepository.withGit();
      const id = repository.git('hash-object', '-w', '-t', 'blob', '/dev/null').trim();
      const names = [`${LONG}a`, `${LONG}b`, 'short'];
      for (const name of names) repository.git('update-index', '--add', '--cacheinfo', `100644,${id},${name}`);
      repository.git('update-index', '--index-version', version);
      assert.deepEqual(idsOf(repository, parse(repository)), listedByGit(repository));
    });
  }

  it('an index without entries', () => {
    const repository = TestRepository.withGit();
    repository.git('read-tree', '--empty');
    assert.deepEqual(idsOf(repository, parse(repository)), {});
  });

  it('only what lies below a prefix', () => {
    const repository = repositoryWith();
    const index = parse(repository, 'b/');
    assert.ok(typeof index === 'object');
    assert.deepEqual([...(index.namesIn('') ?? new Map()).keys()], ['c.d']);
    assert.deepEqual([...(index.namesIn('c/d/e') ?? new Map()).keys()], ['f']);
    assert.equal(index.hasDirectory('x'), false);
    assert.equal(index.namesIn('x'), undefined);
  });

  it('conflicts, none of whose stages is on disk', () => {
    const repository = repositoryWith();
    const [one, two] = [
      repository.git('hash-object', '-w', 'z').trim(),
      repository.git('hash-object', '-w', 'x/b').trim(),
    ];
    const stages = `100644 ${one} 1\tboth\n100644 ${one} 2\tboth\n100644 ${two} 3\tboth\n`;
    repository.write({ stages });
    repository.git('update-index', '--add', 'stages');
    repository.runGit(['update-index', '--index-info'], Buffer.from(stages));
    const ids = idsOf(repository, parse(repository));
    assert.equal(ids['both'], 'untrusted');
  });
});

describe('parseIndex refuses', () => {
  it('a split index', () => {
    const repository = repositoryWith();
    repository.git('update-index', '--split-index');
    assert.equal(parse(repository), 'split');
  });

  it('a sparse index', () => {
    const repository = repositoryWith();
    repository.git('config', 'index.sparse', 'true');
    repository.git('sparse-checkout', 'set', '--cone', 'x');
    repository.git('sparse-checkout', 'reapply', '--sparse-index');
    assert.equal(parse(repository), 'sparse');
  });

  const patched = (change: (bytes: Buffer) => Buffer): ParsedIndex | IndexRefusal => {
    const bytes = readFileSync(repositoryWith().path('.git', 'index'));
    return parseIndex({ bytes: change(bytes), algorithm: 'sha1', prefix: '' });
  };

  it('another version, another file, an unknown required extension', () => {
    assert.equal(
      patched((bytes) => (bytes.writeUInt32BE(5, 4), bytes)),
      'unknown-version',
    );
    assert.equal(
      patched((bytes) => (bytes.write('DIRX', 'latin1'), bytes)),
      'corrupt',
    );
    assert.equal(
      patched(() => Buffer.alloc(0)),
      'corrupt',
    );
    const extension = Buffer.from('abcd\0\0\0\0', 'latin1');
    const withExtension = (bytes: Buffer): Buffer =>
      Buffer.concat([bytes.subarray(0, -20), extension, bytes.subarray(-20)]);
    assert.equal(patched(withExtension), 'unknown-extension');
  });

  it('every truncation, and a count that is a lie', () => {
    const repository = repositoryWith();
    const bytes = readFileSync(repository.path('.git', 'index'));
    for (let length = 0; length < bytes.length; length++) {
      const result = parseIndex({ bytes: bytes.subarray(0, length), algorithm: 'sha1', prefix: '' });
      // Cut between two extensions nothing is missing that counts.
      if (typeof result === 'object') assert.deepEqual(idsOf(repository, result), listedByGit(repository));
    }
    assert.equal(parseIndex({ bytes: bytes.subarray(0, 500), algorithm: 'sha1', prefix: '' }), 'corrupt');
    const before = process.memoryUsage().arrayBuffers;
    assert.equal(
      patched((whole) => (whole.writeUInt32BE(0xffff_ffff, 8), whole)),
      'corrupt',
    );
    // Nor is there room made for as many entries as it says: where memory is bounded that ended the run.
    assert.ok(process.memoryUsage().arrayBuffers - before < 100_000_000);
    assert.equal(typeof patched((whole) => (whole.writeUInt32BE(1, 8), whole)), 'string');
  });
});

describe('parseIndex sees what git cannot have written', () => {
  /** Bytes of the index, and where the entry of a name begins in them. */
  const indexOf = (version: string, name: string): { readonly bytes: Buffer; readonly nameAt: number } => {
    const repository = repositoryWith();
    repository.git('update-index', '--index-version', version);
    const bytes = readFileSync(repository.path('.git', 'index'));
    return { bytes, nameAt: bytes.indexOf(name, 12, 'latin1') };
  };
  const refuses = (bytes: Buffer): void =>
    assert.equal(parseIndex({ bytes, algorithm: 'sha1', prefix: '' }), 'corrupt');

  it('a NUL in a name, and in a directory', () => {
    for (const letter of [2, 4]) {
      const { bytes, nameAt } = indexOf('2', 'b/c/d/e/f');
      bytes[nameAt + letter] = 0;
      refuses(bytes);
    }
    const { bytes, nameAt } = indexOf('2', 'b/c.d');
    bytes[nameAt + 3] = 0;
    refuses(bytes);
  });

  it('a length that is not that of the name', () => {
    for (const [version, name] of [
      ['2', 'a.b/c'],
      ['4', 'a.b/c'],
    ] as const)
      for (const by of [-1, 1, -5]) {
        const { bytes, nameAt } = indexOf(version, name);
        // Version 4 has how much of the name before is left out in between.
        const lengthAt = nameAt - (version === '4' ? 2 : 1);
        assert.equal(bytes[lengthAt], name.length);
        bytes[lengthAt] = name.length + by;
        refuses(bytes);
      }
    const { bytes, nameAt } = indexOf('2', 'a.b/c');
    bytes.writeUInt16BE(0x0fff, nameAt - 2);
    refuses(bytes);
  });

  it('a mode, and a directory as a file', () => {
    const entry = 12;
    for (const [at, value] of [
      [24, 1],
      [26, 0],
      [26, 0x91],
      [26, 0xa0],
    ] as const) {
      const { bytes } = indexOf('2', '');
      bytes[entry + at] = value;
      refuses(bytes);
    }
    const { bytes, nameAt } = indexOf('2', 'a.b/c');
    bytes[nameAt + 4] = 0x2f;
    refuses(bytes);
  });

  it('a page of zeros, which is no row of nameless entries', () => {
    for (const version of ['2', '4']) {
      const { bytes, nameAt } = indexOf(version, 'a.b/c');
      refuses(bytes.fill(0, nameAt - 62, bytes.length - 20));
    }
  });

  it('flags that there are not', () => {
    const repository = repositoryWith();
    repository.git('update-index', '--skip-worktree', 'a.b/c');
    const bytes = readFileSync(repository.path('.git', 'index'));
    const flagsAt = bytes.indexOf('a.b/c', 12, 'latin1') - 2;
    assert.equal(bytes.readUInt16BE(flagsAt), 0x4000);
    for (const flags of [0x8000, 0xc000, 0x4001]) {
      bytes.writeUInt16BE(flags, flagsAt);
      refuses(bytes);
    }
  });

  it('an end of the entries that is not there', () => {
    const { bytes } = indexOf('2', '');
    const end = Buffer.alloc(32);
    end.write('EOIE', 'latin1');
    end.writeUInt32BE(24, 4);
    const withEnd = Buffer.concat([bytes.subarray(0, -20), end, bytes.subarray(-20)]);
    refuses(withEnd);
    const entriesEnd = bytes.indexOf('TREE', 12, 'latin1');
    withEnd.writeUInt32BE(entriesEnd, withEnd.length - 20 - 24);
    assert.equal(typeof parseIndex({ bytes: withEnd, algorithm: 'sha1', prefix: '' }), 'object');
  });

  it('and takes a checksum of zeros, which git writes when told to', () => {
    const repository = repositoryWith();
    const path = repository.path('.git', 'index');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0, bytes.length - 20));
    assert.deepEqual(idsOf(repository, parse(repository)), listedByGit(repository));
  });

  it('whatever byte is changed, without an error of ours', () => {
    for (const version of ['2', '4']) {
      const { bytes } = indexOf(version, '');
      for (let at = 0; at < bytes.length; at++)
        for (const change of [0x01, 0x80, 0xff]) {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ change;
          const result = parseIndex({ bytes: changed, algorithm: 'sha1', prefix: 'b/' });
          if (typeof result === 'object') result.namesIn('');
        }
    }
  });
});

describe('an entry of a file that shows whole seconds', () => {
  const SECOND = 1_700_000_000;
  /** Writes the times of the first entry into the index, as a file system with nothing finer would have shown them. */
  const patched = (indexTime: string): { readonly repository: TestRepository; readonly stat: CleanStat } => {
    const repository = TestRepository.withGit();
    repository.write({ a: 'text' });
    repository.commit();
    const path = repository.path('.git', 'index');
    const bytes = readFileSync(path);
    for (const field of [0, 8]) {
      bytes.writeUInt32BE(SECOND, 12 + field);
      bytes.writeUInt32BE(0, 12 + field + 4);
    }
    writeFileSync(path, bytes);
    execFileSync('touch', ['-d', indexTime, path]);
    const { size, ino, uid, gid } = lstatSync(repository.path('a'));
    return { repository, stat: { size, ino, uid, gid, mtimeMs: SECOND * 1000, ctimeMs: SECOND * 1000 } };
  };
  const cleanId = (indexTime: string): string | undefined => {
    const { repository, stat } = patched(indexTime);
    const index = readGitIndex({ path: repository.path('.git', 'index'), algorithm: 'sha1', prefix: '' });
    assert.ok(typeof index === 'object');
    return index.cleanId(index.namesIn('')?.get('a') ?? UNTRUSTED, stat);
  };

  // The index lies elsewhere (a linked work tree, a mounted directory) and has a finer time.
  it('is clean with its very stat alone', () => {
    const { repository, stat } = patched(`@${SECOND + 100}`);
    const index = readGitIndex({ path: repository.path('.git', 'index'), algorithm: 'sha1', prefix: '' });
    assert.ok(typeof index === 'object');
    const entry = index.namesIn('')?.get('a') ?? UNTRUSTED;
    assert.equal(index.cleanId(entry, stat), repository.hashObject('a')['a']);
    for (const field of ['size', 'ino', 'uid', 'gid', 'mtimeMs', 'ctimeMs'] as const)
      assert.equal(index.cleanId(entry, { ...stat, [field]: stat[field] + 1 }), undefined, field);
  });

  it('is not believed from an index of that second', () => {
    assert.equal(cleanId(`@${SECOND}.7`), undefined);
    assert.equal(cleanId(`@${SECOND + 1}.7`), undefined);
  });

  it('is believed from one that is old enough to show', () => {
    assert.match(cleanId(`@${SECOND + 3}.2`) ?? '', /^[0-9a-f]{40}$/);
  });
});
