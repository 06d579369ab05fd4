import type { Instruction } from './dockerfile/model.ts';
import { refuse, type Place, type Refusal } from './findings.ts';
import { basename, inImage } from './project/project.ts';
import { parseShell } from './shell/parse.ts';
import { shellBuiltins, type Start, type StartCommand } from './walk/start.ts';
import type { Walk } from './walk/walk.ts';

/** Programs that start what their own configuration lists. `init` is one only where it is the system's. */
const supervisors = /^(?:supervisord|circusd|runsvdir(?:-start)?|runit|s6-svscan|my_init|monit|systemd)$/;
const systemInit = /^(?:\/(?:usr\/)?sbin\/init|\/(?:usr\/)?lib\/systemd\/systemd|\/init)$/;

/** Programs that start every line of a Procfile, unless they are given the name of one. */
const procfileRunners = /^(?:honcho|foreman|forego|goreman|hivemind|overmind)$/;

/** Servers that may run beside an application. Names as Debian, Alpine and Red Hat install them. */
const servers = new Set(
  'sshd cron crond anacron nginx apache2 apache2ctl apachectl httpd lighttpd mysqld mysqld_safe mariadbd mongod postgres redis-server memcached rsyslogd syslogd rabbitmq-server dnsmasq named postfix slapd vsftpd smbd fail2ban-server php-fpm'.split(' '),
);

/** Programs that help a start or keep a container alive: none is a service of its own. */
const helpers = new Set(
  'tail sleep cat tee less grep sed awk cut tr head sort find xargs ls date mkdir mkfifo mknod touch chmod chown cp mv ln rm env id curl wget nc ncat socat Xvfb dbus-daemon dbus-launch fluxbox ps pgrep pkill kill which whoami hostname uname envsubst dockerize wait-for-it wait-for-it.sh wait-for ssh-agent rsyslogd syslogd tini dumb-init gosu su-exec sudo su'.split(' '),
);

const shellNames = /^(?:ba|da|a|z|k|c|tc|fi)?sh$|^(?:pwsh|tmux|screen)$/;
const prompts = /^(?:python[\d.]*|ipython[\d.]*|bpython|ptpython|pypy[\d.]*|node|nodejs|bun|irb|pry|lua|julia|ghci|iex|jshell|scala|R)$/;

/**
 * Looks at how the container starts, once the language is known and before it plans: answers for what is not the start of one application.
 * What is development in one language only (`nodemon`, `air`, `dotnet watch`) is that language's to say.
 *
 * @param language its name
 * @throws Refusal `no-program`, `several-services`, `interactive-or-dev-start` or `unsupported-shape`
 */
export function screenStart(walked: Walk, start: Start, language: string): void {
  // Python's runtime stage is the original without its build tools: what else runs in it has all that it had.
  const others = language === 'python' ? undefined : (severalServices(walked, start) ?? scheduled(walked, start));
  const problem = nothingStarts(walked, start) ?? interactive(walked, start) ?? others;
  if (problem) throw problem;
}

function nothingStarts(walked: Walk, start: Start): Refusal | undefined {
  const { base, stage } = walked;
  const help = 'Add the CMD or ENTRYPOINT that starts the application. Where a compose file or a platform gives the command, write the same one into the Dockerfile.';
  if (start.inherited) {
    const own = [...(base.facts?.config.entrypoint ?? []), ...(base.facts?.config.cmd ?? [])].join(' ');
    const then = base.facts === undefined ? `what ${base.written} starts is not known` : own === '' ? `${base.written} starts nothing` : `${base.written} starts \`${own}\``;
    return refuse('no-program', { reason: `there is neither CMD nor ENTRYPOINT, and ${then}`, help }, { line: stage.from.line });
  }
  const first = start.entrypoint ?? start.cmd!;
  if (isBrokenJson(first)) return refuse('no-program', { reason: `${first.keyword} is no valid JSON, so a shell runs it as it stands: ${first.logical.slice(0, 60)}`, help: `Write it with double quotes and without a comma at the end: ${first.keyword} ["program", "argument"].` }, { line: first.line });
  if (start.argv?.length !== 0) return undefined;
  const last = start.cmd ?? start.entrypoint!;
  return refuse('no-program', { reason: `${last.keyword} [] leaves nothing to start`, help }, { line: last.line });
}

/** `['a', 'b']`, `["a",]`: an array for a reader, shell text for Docker, and in a shell the call of a program named `[a,`. */
const isBrokenJson = ({ json, logical }: Instruction): boolean => json === undefined && /^\[.*\]$/s.test(logical) && (logical.includes(',') || /^\[\s*['"][^'"\s]*['"]\s*\]$/.test(logical));

const placeOf = (command: StartCommand): Place => ({ file: command.file || undefined, line: command.line });
const written = (command: StartCommand): string => command.words.map((word) => word ?? '…').join(' ');
const isBuiltin = (name: string): boolean => shellBuiltins.has(name) || name === '(' || name === '{';

/** A service that the start brings up: its name for a reader, and what tells two of them apart. */
interface Service {
  readonly name: string;
  readonly place: Place;
}

/** A program of the project may have the name of a server or a supervisor; `/init` is a common one. */
const isOwn = (walked: Walk, { program }: StartCommand): boolean => program.includes('/') && walked.locate(inImage(walked.end.cwd ?? '/', program)) !== undefined;

function severalServices(walked: Walk, start: Start): Refusal | undefined {
  for (const command of start.commands) {
    const name = basename(command.program);
    const runsAll = procfileRunners.test(name) && command.words.includes('start') && command.words.at(-1) === 'start';
    if (!isOwn(walked, command) && (runsAll || supervisors.test(name) || systemInit.test(command.program) || command.program === 'init')) {
      return refuse('several-services', { reason: `${name} starts ${runsAll ? 'every line of the Procfile' : 'what its configuration lists'}` }, placeOf(command));
    }
  }
  const [first, second] = servicesOf(walked, start);
  if (!first || !second) return undefined;
  return refuse('several-services', { reason: `it starts ${first.name} and ${second.name}` }, second.place);
}

/** Servers by name, what is sent to the background, and the program that stays. */
function servicesOf(walked: Walk, start: Start): Service[] {
  const found = new Map<string, Service>();
  const add = (name: string, place: Place, key = name): void => {
    if (!found.has(key)) found.set(key, { name, place });
  };
  for (const { text, place, line } of shellTexts(start)) {
    for (const part of parseShell(text).parts) {
      if (!/[^&]&$/.test(part.text)) continue;
      const command = part.commands.find(({ name }) => name !== undefined && !isBuiltin(name) && !helpers.has(basename(name)));
      if (command && !servers.has(basename(command.name!))) add(command.words.map((word) => word.text).join(' '), { ...place, line: line + (text.slice(0, command.start).match(/\n/g)?.length ?? 0) });
    }
  }
  for (const command of start.commands) {
    const name = basename(command.program);
    const service = serviceStarted(command);
    if (service !== undefined) add(service, placeOf(command), service.replace(/d?$/, ''));
    else if (servers.has(name) && !helpers.has(name) && !isOwn(walked, command) && !/^-(?:t|T|v|V|-version)$/.test(command.words[1] ?? '')) add(name, placeOf(command), name.replace(/d?$/, ''));
  }
  const { main } = start;
  const name = main === undefined ? '' : basename(main.program);
  if (main && found.size > 0 && serviceStarted(main) === undefined && !servers.has(name) && !helpers.has(name) && !isBuiltin(name) && !shellNames.test(name) && ![...found.values()].some((item) => item.name === written(main))) {
    add(written(main), placeOf(main));
  }
  return [...found.values()];
}

/** The server that `service x start` or `/etc/init.d/x start` brings up. */
function serviceStarted({ program, words }: StartCommand): string | undefined {
  if (program.startsWith('/etc/init.d/')) return basename(program);
  return /^(?:service|rc-service|invoke-rc\.d)$/.test(basename(program)) && /^(?:re)?start$/.test(words[2] ?? '') ? words[1] : undefined;
}

/** The shell text of the start: of its shell form, of `sh -c`, and of its scripts. */
function shellTexts({ entrypoint, cmd, argv, scripts }: Start): { text: string; place: Place; line: number }[] {
  const first = entrypoint ?? cmd;
  const own: string[] = first === undefined || first.json ? [] : [first.logical];
  const flag = (argv ?? []).findIndex((word) => /^-\w*c$/.test(word));
  if (flag > 0 && shellNames.test(basename(argv![flag - 1]!))) own.push(argv![flag + 1] ?? '');
  return [
    ...own.map((text) => ({ text, place: {}, line: first!.line })),
    ...scripts.flatMap(({ text, source }) => (text === undefined ? [] : [{ text, place: { file: source }, line: 1 }])),
  ];
}

function interactive(walked: Walk, start: Start): Refusal | undefined {
  const { main } = start;
  if (!main) return undefined;
  const name = basename(main.program);
  const options = main.words.slice(1);
  const help = (what: string): string => `Start the application instead of ${what}; an image to work in needs all that its single stage has.`;
  const found = (what: string): Refusal => refuse('interactive-or-dev-start', { command: written(main), help: help(what) }, placeOf(main));
  if (shellNames.test(name) && options.every((word) => word !== undefined && word.startsWith('-') && !/^-\w*[cs]$/.test(word))) return found('a shell');
  // `ENTRYPOINT ["python"]` runs the script that `docker run` names: that is a program.
  if (prompts.test(name) && options.length === 0 && start.entrypoint === undefined) return found('a prompt');
  if (name === 'sshd' && servicesOf(walked, start).length === 1) return found('a server to log in to');
  const waits = (name === 'tail' && options.includes('/dev/null')) || (name === 'sleep' && /^(?:infinity|inf|\d{5,}|\d+d)$/.test(options[0] ?? ''));
  // Behind a service that went to the background, it only keeps the container alive.
  if (waits && !start.commands.some((command) => command !== main && !helpers.has(basename(command.program)) && !isBuiltin(basename(command.program)))) return found('waiting for someone to attach');
  return undefined;
}

/** cron gives its programs a PATH and an environment of its own. Python keeps its packages where they are found all the same. */
function scheduled(walked: Walk, start: Start): Refusal | undefined {
  const isCron = (command: StartCommand): boolean =>
    /^crond?$/.test(serviceStarted(command) ?? basename(command.program)) && !isOwn(walked, command) && (!command.program.includes('/') || /^\/(?:(?:usr\/)?s?bin|etc\/init\.d)\//.test(command.program));
  const { main } = start;
  // `cron && tail -f log`: what stays in front only keeps the container alive.
  const cron = main && (isCron(main) || /^(?:tail|sleep)$/.test(basename(main.program))) ? start.commands.find(isCron) : undefined;
  if (!cron) return undefined;
  return refuse('unsupported-shape', { reason: `${serviceStarted(cron) ?? basename(cron.program)} starts the programs, with a PATH and an environment of its own, and its crontabs are not read here`, help: 'Start the program itself, and let the host or the platform schedule the container.' }, placeOf(cron));
}
