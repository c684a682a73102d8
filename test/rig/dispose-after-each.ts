import { afterEach } from 'node:test';

/** What a test makes and has to remove. */
interface Disposable {
  dispose(): void;
}

/** To be called once at the top of a file. What is given to the function it returns is disposed after the test. */
export function disposeAfterEach(): <T extends Disposable>(made: T) => T {
  const open: Disposable[] = [];
  afterEach(() => open.splice(0).forEach((made) => made.dispose()));
  return (made) => {
    open.push(made);
    return made;
  };
}
