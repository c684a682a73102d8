import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkspace, hasProgram, runClient, type Workspace } from '../rig/client.js';
import { startTestServer } from '../rig/server.js';

const skip = hasProgram('bazel') ? false : 'bazel is not installed';

function bazelWorkspace(): Workspace {
  return createWorkspace({
    WORKSPACE: '',
    BUILD: 'genrule(name = "shout", srcs = ["in.txt"], outs = ["out.txt"], cmd = "cat $< $< > $@")\n',
    'in.txt': 'hello\n',
  });
}

async function build(workspace: Workspace, flags: readonly string[]): Promise<string> {
  // The disk of the client is another one each time: nothing but the remote can know the result.
  workspace.remove('out');
  const { code, output } = await runClient(
    ['bazel', `--output_user_root=${workspace.path}/out`, '--batch', 'build', '//:shout', ...flags],
    { cwd: workspace.path, env: { USER: 'tester' } },
  );
  await runClient(['chmod', '-R', 'u+w', `${workspace.path}/out`], { cwd: workspace.path });
  assert.equal(code, 0, output);
  return output;
}

for (const scheme of ['http', 'grpc'] as const) {
  test(`bazel over ${scheme}: a second machine gets what the first one built`, { skip }, async () => {
    await using server = await startTestServer();
    using workspace = bazelWorkspace();
    const token = server.token('main');
    const flags = [
      `--remote_cache=${scheme}://127.0.0.1:${server.port}${scheme === 'http' ? '/team/one' : ''}`,
      ...(scheme === 'grpc' ? ['--remote_instance_name=team/one'] : []),
      `--remote_header=Authorization=Bearer ${token}`,
    ];
    const first = await build(workspace, flags);
    assert.doesNotMatch(first, /remote cache hit/);
    assert.match(await build(workspace, flags), /1 remote cache hit/);
    assert.doesNotMatch(await build(workspace, []), /remote cache hit/);
  });
}
