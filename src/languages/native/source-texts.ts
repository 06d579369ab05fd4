import type { Project } from '../../project/project.ts';
import type { Evidence } from './facts.ts';

/** Characters of source looked at; what lies beyond makes the answer "unknown reads". */
const enoughSource = 30_000_000;

/**
 * The texts of source files, in order, until there is more than is looked at.
 *
 * @param unknownReads gets the file at which it stopped: what that one reads is not known
 */
export function* sourceTexts(project: Project, files: readonly string[], unknownReads: Evidence[]): Generator<readonly [file: string, text: string]> {
  let seen = 0;
  for (const file of files) {
    const text = project.read(file) ?? '';
    seen += text.length;
    if (seen > enoughSource) {
      unknownReads.push({ file, line: 1, text: 'more source than is looked at' });
      return;
    }
    yield [file, text];
  }
}
