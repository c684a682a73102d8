import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorkspace, hasProgram, runClient, type Workspace } from '../rig/client.js';
import { startTestServer } from '../rig/server.js';

const skip = hasProgram('gradle') && hasProgram('java') ? false : 'gradle or java is not installed';

const BUILD = `
class Shout extends DefaultTask {
  @InputFile File source
  @OutputFile File target
  @TaskAction void run() { target.text = source.text.toUpperCase() }
}
Shout.metaClass // keeps the class in the script
task shout(type: Shout) {
  source = file('in.txt'); target = file('build/out.txt')
  outputs.cacheIf { true }
}
`;

function gradleWorkspace(url: string | undefined, token: string): Workspace {
  const remote =
    url === undefined
      ? ''
      : `remote(HttpBuildCache) { url = '${url}/gradle/'; push = true; credentials { username = 'any'; password = '${token}' } }`;
  return createWorkspace({
    'settings.gradle': `rootProject.name = 'one'\nbuildCache { local { enabled = false }\n ${remote} }\n`,
    'build.gradle': BUILD,
    'in.txt': 'hello',
  });
}

async function shout(workspace: Workspace): Promise<string> {
  const { code, output } = await runClient(
    ['gradle', '--no-daemon', '--build-cache', '--console=plain', '-Dorg.gradle.jvmargs=-Xmx256m', 'shout'],
    { cwd: workspace.path, env: { GRADLE_USER_HOME: `${workspace.path}/home`, JAVA_OPTS: JAVA_OPENS } },
  );
  assert.equal(code, 0, output);
  return output;
}

/** What an old Gradle needs on a new Java. */
const JAVA_OPENS = ['java.lang', 'java.util', 'java.lang.invoke', 'java.net', 'java.io', 'java.text', 'java.util.prefs']
  .map((name) => `--add-opens=java.${name === 'java.util.prefs' ? 'prefs' : 'base'}/${name}=ALL-UNNAMED`)
  .join(' ');

test('gradle: a second machine gets what the first one built', { skip }, async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  using first = gradleWorkspace(server.url, token);
  await shout(first);
  assert.ok(
    server.requests().some(({ protocol, outcome }) => protocol === 'gradle' && outcome === 'stored'),
    JSON.stringify(server.requests()),
  );
  for (const path of ['build', '.gradle', 'home']) first.remove(path);
  const output = await shout(first);
  assert.match(output, /:shout FROM-CACHE/);
  assert.ok(first.has('build/out.txt'));

  using control = gradleWorkspace(undefined, token);
  assert.doesNotMatch(await shout(control), /FROM-CACHE/);
});
