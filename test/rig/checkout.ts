import { rmSync } from 'node:fs';
import { createRoot, openWorkspace, type TestWorkspace } from './workspace.js';

/** Another machine's checkout of the same commit. */
export function checkOut(of: TestWorkspace): TestWorkspace {
  const root = createRoot();
  rmSync(root, { recursive: true });
  of.git('clone', '-q', '.', root);
  return openWorkspace(root);
}
