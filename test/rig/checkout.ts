import { rmSync } from 'node:fs';
import { createRoot, openWorkspace, type TestWorkspace } from './workspace.js';

/** Another machine's checkout of the same commit; `options` are those of `git clone`. */
export function checkOut(of: TestWorkspace, ...options: readonly string[]): TestWorkspace {
  const root = createRoot();
  rmSync(root, { recursive: true });
  of.git('clone', '-q', ...options, `file://${of.root}`, root);
  return openWorkspace(root);
}
