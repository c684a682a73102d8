import assert from 'node:assert/strict';
import { it } from 'node:test';
import { WorkTree } from '../src/files/work-tree.js';
import { readLeftOutRules } from '../src/git/left-out-rules.js';
import { readGitIndex } from '../src/git/git-index.js';
import { TestRepository } from './rig/repository.js';

async function readIn(repository: TestRepository, cut = Infinity): Promise<Readonly<Record<string, string>>> {
  const index = readGitIndex({ path: repository.path('.git/index'), algorithm: 'sha1', prefix: '' });
  assert.ok(typeof index === 'object');
  const workTree = new WorkTree({ root: repository.root, excludedDirectories: [] });
  const rules = await readLeftOutRules({
    index,
    workTree,
    prefix: '',
    runGit: async (...args) => {
      const answer = await repository.runGit(...args);
      return { ...answer, stdout: answer.stdout.subarray(0, cut) };
    },
  });
  return Object.fromEntries(rules);
}

function leaveOut(): TestRepository {
  const repository = TestRepository.withGit();
  repository.write({ '0:a/.gitignore': 'its own\n', '0:a/kept': '', 'a/.gitignore': 'of another\n', 'a/kept': '' });
  repository.commit();
  repository.git('sparse-checkout', 'set', '--no-cone', 'kept');
  return repository;
}

it('each is the one of its directory, whatever that is called', async () => {
  assert.deepEqual(await readIn(leaveOut()), { '0:a': 'its own\n', a: 'of another\n' });
});

it('an answer that breaks off in a head tells what came before', async () => {
  const first = '0123456789012345678901234567890123456789 blob 8\nits own\n\n'.length;
  assert.deepEqual(await readIn(leaveOut(), first + 10), { '0:a': 'its own\n' });
});
