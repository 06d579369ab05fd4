import type { Draft, StageDraft } from '../../plan/draft.ts';
import { dirname } from '../../project/project.ts';
import { isRemovedAfter } from '../../walk/removed.ts';
import type { Walk } from '../../walk/walk.ts';

/** Symbolic links that RUNs make and leave, by their paths. Of the local time, the file counts. */
export function symbolicLinks(walk: Walk): string[] {
  return walk.steps.flatMap((step) =>
    (step.run?.parts ?? []).flatMap((part) => {
      const { effect } = part;
      const symbolic = effect.kind === 'files' && effect.verb === 'ln' && part.commands.some((command) => command.name === 'ln' && command.words.some((word) => /^(?:-\w*s\w*|--symbolic)$/.test(word.value ?? '')));
      return symbolic ? effect.writes.filter((path) => path !== '/etc/localtime' && !path.includes('*') && !isRemovedAfter(walk, path, { step, part })) : [];
    }),
  );
}

/**
 * Carries symbolic links. COPY follows a link that it is given, and keeps one that lies in the folder that it is given: so they are put into a folder first.
 * Tried with BuildKit 0.13.
 */
export function placeLinks(draft: Draft, runtime: StageDraft, links: readonly string[]): void {
  const folders = [...new Set(links.map(dirname))];
  folders.forEach((folder, index) => {
    const stage = `/tmp/links${folder}`;
    draft.builder.add(`RUN mkdir -p ${stage} \\\n    && cp -P ${links.filter((link) => dirname(link) === folder).join(' ')} ${stage}/`);
    runtime.add(`COPY --from=${draft.builder.name!} ${stage}/ ${folder === '' ? '/' : `${folder}/`}`, index === 0 ? { comment: 'Symbolic links, which COPY would follow one by one' } : {});
  });
}

