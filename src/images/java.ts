import { on, systemPath, words, type ImageConfig, type ImageFacts, type System } from './facts.ts';
import type { ImageReference } from './reference.ts';
import { isUbuntu, resolveName } from './suites.ts';
import { alpine, certainly, debian, perhaps, redHat, ubuntu } from './systems.ts';

const runtimePrograms = words('java keytool jrunscript rmiregistry');
const jdkPrograms = words('java keytool javac jar javadoc jps jstack jmap jcmd jdeps');

/** Java's own version in a tag: `17` of `17.0.9_9-jdk`, `3.9-eclipse-temurin-17`, `8.5-jdk21-alpine`, `8u312-jre`. */
function javaVersion(image: ImageReference): string | undefined {
  if (image.name === 'maven') {
    const at = image.parts.findIndex((part) => /^(jdk|temurin|openjdk|amazoncorretto|semeru|sapmachine|zulu|azulzulu|liberica|libericaopenjdk|ibmjava|community|graalvm)$/.test(part));
    return /^\d+/.exec((at < 0 ? undefined : image.parts[at + 1]) ?? '')?.[0];
  }
  if (image.name === 'gradle') return image.parts.map((part) => /^(?:jdk|jre)(\d+)$/.exec(part)?.[1]).find((found) => found !== undefined);
  return /^\d+/.exec(image.version ?? '')?.[0];
}

const isRuntimeOnly = (image: ImageReference): boolean => image.parts.includes('jre') || image.parts.includes('headless');

/** Temurin's system: Ubuntu by default, now noble, before that jammy and focal. Source: adoptium/containers. */
function temurinSystem(image: ImageReference): System {
  if (image.variant === 'alpine') return alpine(image.alpineVersion, image.alpineVersion !== undefined);
  if (image.suite !== undefined && /^(ubi|centos|al)/.test(image.suite)) return redHat(image.suite, 'dnf');
  return ubuntu(image.suite === undefined ? perhaps(['jammy', 'noble']) : certainly(image.suite));
}

/** Source: adoptium/containers (the entry point script since June 2023). */
export function temurin(image: ImageReference): ImageFacts {
  const system = temurinSystem(image);
  const runtime = isRuntimeOnly(image);
  const version = javaVersion(image);
  const fetch = system.packageManager === 'apt' ? words('curl wget gpg openssl locale-gen') : system.family === 'alpine' ? words('gpg openssl csplit') : ['curl'];
  return on(system, {
    kind: runtime ? 'runtime' : 'sdk',
    language: 'java',
    ...(version === undefined ? {} : { languageVersion: version }),
    certificates: true,
    timezones: true,
    programs: [...(runtime ? runtimePrograms : [...jdkPrograms, ...(version === '8' ? [] : ['jshell', 'jlink'])]), ...fetch, 'fc-list'],
    config: {
      entrypoint: ['/__cacert_entrypoint.sh'],
      ...(runtime || version === '8' ? {} : { cmd: ['jshell'] }),
      env: javaEnvironment('/opt/java/openjdk'),
    },
  });
}

const javaEnvironment = (home: string): Record<string, string> => ({ JAVA_HOME: home, PATH: `${home}/bin:${systemPath}`, LANG: 'en_US.UTF-8', LANGUAGE: 'en_US:en', LC_ALL: 'en_US.UTF-8' });

/**
 * The deprecated openjdk images: Debian for 8 and 11, Oracle Linux from 12 on unless the tag says slim or alpine.
 * Source: docker-library/openjdk.
 */
export function openjdk(image: ImageReference): ImageFacts {
  const version = javaVersion(image);
  const major = Number(version ?? 99);
  const runtime = isRuntimeOnly(image);
  const oracle = (image.suite?.startsWith('oracle') ?? false) || (major >= 12 && image.suite === undefined && image.variant === undefined);
  const slim = image.parts.includes('slim');
  const suites = image.suite === undefined ? perhaps(major >= 27 ? ['trixie'] : ['bullseye']) : certainly(resolveName(image.suite));
  const system = image.variant === 'alpine' ? alpine(image.alpineVersion ?? '3.9', image.alpineVersion !== undefined) : oracle ? redHat(image.suite, 'dnf') : debian(suites, slim ? 'slim' : 'scm');
  const home = image.variant === 'alpine' ? (major === 8 ? '/usr/lib/jvm/java-1.8-openjdk' : `/opt/openjdk-${major}`) : oracle ? `/usr/java/openjdk-${major}` : `/usr/local/openjdk-${major}`;
  return on(system, {
    kind: runtime ? 'runtime' : 'sdk',
    language: 'java',
    ...(version === undefined ? {} : { languageVersion: version }),
    certificates: true,
    programs: runtime ? runtimePrograms : jdkPrograms,
    config: { ...(runtime || major < 9 ? {} : { cmd: ['jshell'] }), env: version === undefined ? {} : { JAVA_HOME: home, PATH: `${home}/bin:${systemPath}`, LANG: 'C.UTF-8' } },
    endOfLife: major < 27,
  });
}

/** Source: corretto/corretto-docker. */
export function corretto(image: ImageReference): ImageFacts {
  const version = javaVersion(image);
  const system = image.variant === 'alpine' ? alpine(image.alpineVersion, image.alpineVersion !== undefined) : image.parts.includes('debian') ? debian(perhaps(['bookworm']), 'slim') : redHat(image.suite, image.suite === 'al2' ? 'none' : 'dnf');
  const home = image.variant === 'alpine' ? '/usr/lib/jvm/default-jvm' : `/usr/lib/jvm/java-${version === '8' ? '1.8.0' : version}-amazon-corretto`;
  const runtime = isRuntimeOnly(image);
  return on(system, {
    kind: runtime ? 'runtime' : 'sdk',
    language: 'java',
    ...(version === undefined ? {} : { languageVersion: version }),
    certificates: true,
    programs: runtime ? runtimePrograms : jdkPrograms,
    config: { env: version === undefined ? {} : { JAVA_HOME: home, LANG: 'C.UTF-8', ...(image.variant === 'alpine' ? { PATH: `${systemPath}:${home}/bin` } : {}) } },
  });
}

/** What a build tool's image is built on, by the Java that its tag names; Temurin otherwise. */
function javaUnder(image: ImageReference): ImageFacts {
  const version = javaVersion(image);
  const { version: _tool, ...rest } = image;
  const inner: ImageReference = { ...rest, ...(version === undefined ? {} : { version }) };
  const named = (name: string): boolean => image.parts.includes(name);
  if ((named('openjdk') && !named('microsoft')) || (image.name === 'maven' && named('jdk'))) return openjdk({ ...inner, name: 'openjdk', parts: inner.parts.filter((part) => part !== 'jdk') });
  if (named('amazoncorretto') || named('corretto')) return corretto({ ...inner, name: 'amazoncorretto' });
  return temurin({ ...inner, name: 'eclipse-temurin' });
}

/** Source: carlossg/docker-maven; its onbuild tags until 2019. */
export function maven(image: ImageReference): ImageFacts {
  const java = javaUnder(image);
  const version = javaVersion(image);
  const config: ImageConfig = {
    ...java.config,
    entrypoint: ['/usr/local/bin/mvn-entrypoint.sh'],
    cmd: ['mvn'],
    env: { ...java.config.env, MAVEN_HOME: '/usr/share/maven', MAVEN_CONFIG: '/root/.m2' },
    ...(image.variant === 'onbuild' ? { workdir: '/usr/src/app', onbuild: ['ADD . /usr/src/app', 'RUN mvn install'] } : {}),
  };
  const tools = java.family === 'alpine' ? words('mvn bash curl tar ps ssh') : java.packageManager === 'apt' ? words('mvn git curl ssh') : ['mvn'];
  return { ...java, kind: 'sdk', ...(version === undefined ? {} : { languageVersion: version }), bash: true, programs: [...new Set([...java.programs, ...jdkPrograms, ...tools])], config };
}

/** Source: gradle/docker-gradle. */
export function gradle(image: ImageReference): ImageFacts {
  const java = javaUnder(image);
  const version = javaVersion(image);
  return {
    ...java,
    kind: 'sdk',
    ...(version === undefined ? {} : { languageVersion: version }),
    users: [{ name: 'root', uid: 0 }, { name: 'gradle', uid: 1000 }],
    programs: [...new Set([...java.programs, ...jdkPrograms, ...words('gradle git hg svn unzip curl wget')])],
    config: { ...java.config, cmd: ['gradle'], workdir: '/home/gradle', volumes: ['/home/gradle/.gradle'], env: { ...java.config.env, GRADLE_HOME: '/opt/gradle' } },
  };
}

/** The JRE image beside a JDK, Maven or Gradle image: same Java, same system. */
export function jreTag(image: ImageReference): string | undefined {
  const version = image.name === 'eclipse-temurin' ? image.version : javaVersion(image);
  if (version === undefined) return undefined;
  if (image.name !== 'eclipse-temurin' && !['maven', 'gradle'].includes(image.name)) return undefined;
  if (image.parts.some((part) => (part === 'jdk' && image.name === 'maven') || /^(openjdk|amazoncorretto|corretto|semeru|ibmjava|graalvm|graal|sapmachine|azulzulu|libericaopenjdk|microsoft|community|oracle)$/.test(part))) return undefined;
  const exact = image.name === 'eclipse-temurin' ? (image.parts[0] ?? version) : version;
  const system = image.variant === 'alpine' ? (image.parts.find((part) => part.startsWith('alpine')) ?? 'alpine') : image.suite;
  const known = system === undefined || system.startsWith('alpine') || isUbuntu(system) || system.startsWith('ubi');
  if (!known) return undefined;
  // Maven's Alpine tags name no version of Alpine, Gradle's neither.
  const minimal = image.parts.includes('minimal') ? '-minimal' : '';
  return `${exact}-jre${system === undefined ? '' : `-${system}${minimal}`}`;
}

