import { fail, isRecord, ok, type RelativePath, type Result, type WorkspaceFailure } from '@tr/model';
import { NotAFileError } from '@tr/quick';
import { toAbsolute } from './paths.js';
import { readTextIfPresent } from './read-text.js';

type YamlObject = Readonly<Record<string, unknown>>;

/**
 * The mapping in a YAML file of the workspace; empty when there is no such file, it is empty, or it holds something
 * else. The parser is loaded only when there is something to parse; `onlyWith`: only when that word occurs.
 */
export async function readYamlObject(
  root: string,
  file: RelativePath,
  onlyWith = '',
): Promise<Result<YamlObject, WorkspaceFailure>> {
  let text: string | undefined;
  try {
    text = readTextIfPresent(toAbsolute(root, file));
  } catch (error) {
    if (!(error instanceof NotAFileError)) throw error;
    return fail({ code: 'workspace/invalid-yaml', at: { file, line: 1, column: 1 }, detail: 'it is not a file' });
  }
  if (text === undefined || text.trim() === '' || !text.includes(onlyWith)) return ok({});
  const { load, YAMLException } = await import('js-yaml');
  try {
    const value = load(text);
    return ok(isRecord(value) ? value : {});
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // Without a mark the parser only means that there is nothing but comments.
    if (error.mark === undefined) return ok({});
    const { line, column } = error.mark;
    return fail({
      code: 'workspace/invalid-yaml',
      at: { file, line: line + 1, column: column + 1 },
      detail: error.reason,
    });
  }
}
