import type { ImageFacts } from '../images/catalogue.ts';
import { basename } from '../project/project.ts';
import type { Presence } from './contents.ts';
import { isBelow } from './place.ts';

/** Folders that every Linux system image has. Source: Filesystem Hierarchy Standard 3.0, and the root folders of Debian and Alpine. */
const systemFolders = new Set(
  '/ /bin /boot /dev /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/lib /usr/local/sbin /usr/local/share /usr/sbin /usr/share /var /var/cache /var/lib /var/log /var/run /var/tmp /etc/passwd /etc/group /etc/hosts'.split(' '),
);

/** Below these the system's packages have their files, of which no list is at hand. */
export const ownedBySystem = /^\/(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|srv|sys|usr|var)\//;

const certificateFolders = /^\/etc\/(?:ssl\/(?:certs\/)?(?:ca-certificates\.crt|cert\.pem)$|pki\/tls\/certs)/;
const zoneFolder = '/usr/share/zoneinfo';

/** Whether a base image has a path. Source of what single images have: the catalogue. */
export function inBaseImage(path: string, facts: ImageFacts | undefined): Presence {
  if (facts === undefined) return 'possible';
  if (facts.kind === 'scratch') return path === '/' ? 'there' : 'absent';
  if (certificateFolders.test(path)) return facts.certificates ? 'there' : 'absent';
  if (isBelow(path, zoneFolder)) return facts.timezones ? 'there' : 'absent';
  if (systemFolders.has(path)) return facts.kind === 'distroless' ? 'possible' : 'there';
  if (facts.kind === 'distroless') return /^\/(?:etc|usr|lib|home\/nonroot|var)(?:\/|$)/.test(path) && !/^\/(?:usr\/(?:local\/)?)?s?bin\//.test(path) ? 'possible' : facts.programs.includes(basename(path)) ? 'possible' : 'absent';
  return ownedBySystem.test(path) ? 'possible' : facts.config.workdir !== undefined && isBelow(path, facts.config.workdir) ? 'possible' : 'absent';
}
