import { basename, filesBelow } from '../../project/project.ts';
import type { Start } from '../../walk/start.ts';
import type { Walk } from '../../walk/walk.ts';

/** Programs that give what they start a PATH of their own, so that a virtual environment on PATH is not seen. */
const resetsPath = /^(?:su|sudo|runuser|login|cron|crond|sshd|supercronic|start-stop-daemon)$/;

/** Names of files that say how something is started. */
const startFile = /(?:^|\/)(?:[^/]*\.(?:conf|cfg|ini|service|cron|crontab|sh|bash)|[^/]*cron[^/]*|Procfile|run|start|entrypoint)$/i;

/**
 * Why programs must be found where the original image had them: something names them by absolute path, or resets PATH. Undefined when
 * everything goes through PATH.
 */
export function absolutePath(walked: Walk, starts: readonly Start[]): string | undefined {
  for (const start of starts) {
    for (const command of start.commands) {
      if (command.program.startsWith('/usr/local/') && walked.locate(command.program) === undefined) return `the start calls ${command.program}`;
      const name = basename(command.program);
      if (resetsPath.test(name)) return `${name} resets PATH`;
      if (/^(?:ba)?sh$/.test(name) && command.words.some((word) => /^(?:-l|--login|-lc)$/.test(word ?? ''))) return 'a login shell resets PATH';
    }
    for (const script of start.scripts) {
      if (script.text !== undefined && /\/usr\/local\/bin\/python|\/usr\/local\/lib\/python/.test(script.text)) return `${script.source ?? script.imagePath} names Python by its absolute path`;
    }
    const words = [...(start.entrypoint?.json ?? []), ...(start.cmd?.json ?? [])];
    if (words.some((word, index) => /^(?:-l|--login|-lc)$/.test(word) && (words[index - 1] ?? '').endsWith('sh'))) return 'a login shell resets PATH';
  }
  const cron = walked.steps.find((step) => step.run?.parts.some((part) => part.effect.kind === 'packages' && part.effect.action === 'install' && part.effect.packages.some((name) => /^(?:cron|cronie|busybox-cron|openssh-server)$/.test(name))));
  if (cron) return 'cron and login shells start programs with a PATH of their own';
  const made = walked.steps.find((step) => step.run?.parts.some((part) => part.effect.kind !== 'packages' && /\/usr\/local\/bin\/python|\bcrontab\b|\/etc\/cron/.test(part.text)));
  if (made) return `line ${made.instruction.line} names Python by its absolute path, or a cron table`;
  const files = filesBelow(walked.project, '', (path) => startFile.test(path) || path.endsWith('.py')).slice(0, 3000);
  for (const path of files) {
    const text = walked.project.read(path);
    if (text === undefined || text.length > 500_000) continue;
    if (path.endsWith('.py') ? /^#!\s*\/usr\/local\/bin\/python/.test(text) || ownProgram(text, walked) !== undefined : mentionsPython(text) || ownProgram(text, walked) !== undefined) return `${path} names a program by its absolute path`;
  }
  return undefined;
}

const mentionsPython = (text: string): boolean => /\/usr\/local\/(?:bin\/(?:python|pip)[\d.]*\b|lib\/python\d)/.test(text);

/** Programs that people unpack there by hand; pip brings none of them. */
const foreign = /^(?:docker[\w.-]*|.*\.sh|chromedriver|geckodriver|phantomjs|chrome|chromium|firefox|ff(?:mpeg|probe)|wkhtmlto\w+|tesseract|node|npm|npx|yarn|kubectl|helm|terraform|aws|az|gcloud|brew|bash|sh|git|psql|pg_\w+|mysql\w*|redis\w*|java|go|php|ruby|perl|wait-for[\w-]*|entrypoint|start|run|tini|gosu|dumb-init|supercronic)$/;

/** A program below /usr/local/bin that a text names and no COPY brings: a console script of a Python package. */
export const ownProgram = (text: string, walked: Walk): string | undefined =>
  Array.from(text.matchAll(/(?:^|[\s"'=(,:;])(\/usr\/local\/bin\/([\w.+-]+))/g)).find(([, path, name]) => !foreign.test(name!) && walked.locate(path!) === undefined)?.[1];
