import type { Project } from '../../project/project.ts';
import type { NodeApp } from './app.ts';

/** Packages with machine code of their own. Source: the packages' documentation. */
const native =
  /^(?:bcrypt|sharp|canvas|argon2|sqlite3|better-sqlite3|node-sass|grpc|@grpc\/grpc-js-native|re2|zeromq|serialport|usb|robotjs|node-pty|cpu-features|ssh2|oracledb|odbc|pg-native|libpq|libxmljs2?|kerberos|snappy|leveldown|classic-level|rocksdb|lmdb|farmhash|murmurhash-native|bufferutil|utf-8-validate|fsevents|deasync|fibers|isolated-vm|iltorb|node-expat|nodegit|skia-canvas|@napi-rs\/.*|@img\/.*|@swc\/.*|esbuild|@esbuild\/.*|lightningcss.*|@tensorflow\/tfjs-node|onnxruntime-node|prisma|@prisma\/.*|puppeteer.*|playwright.*|electron|ffmpeg-static|ffprobe-static|sodium-native|mongodb-client-encryption|bson-ext|couchbase|ibm_db|duckdb|@duckdb\/.*|msnodesqlv8|unix-dgram|heapdump|v8-profiler.*|@sentry\/profiling-node|dtrace-provider|node-rdkafka|microtime|ref-napi|ffi-napi|uws|uWebSockets\.js|next|sass-embedded.*|workerd|turbo|nx)$/;

/** Whether a package is known to have machine code. */
export const isNative = (name: string): boolean => native.test(name);

/** Evidence that a package brings machine code, so that the libc may not change; undefined when it is proven that none does. */
export function nativeEvidence(project: Project, app: NodeApp): { readonly why: string; readonly file: string | undefined } | undefined {
  if (!app.manifest) return { why: 'the dependencies are not at hand, and one may bring machine code', file: undefined };
  if (Object.keys({ ...app.manifest.dependencies, ...app.manifest.optionalDependencies }).length === 0) return undefined;
  const path = app.lockfile?.path;
  const text = path === undefined ? undefined : project.read(path);
  if (path === undefined || text === undefined) return { why: 'there is no lockfile to prove that no dependency brings machine code', file: undefined };
  if (app.lockfile!.manager === 'npm') {
    let lock: { packages?: Record<string, { dev?: boolean; hasInstallScript?: boolean; os?: unknown; cpu?: unknown }> } | null;
    try {
      lock = JSON.parse(text) as typeof lock;
    } catch {
      return { why: 'the lockfile cannot be read', file: path };
    }
    if (typeof lock?.packages !== 'object') return { why: 'the lockfile does not say which dependency brings machine code', file: path };
    const found = Object.entries(lock.packages).find(([name, item]) => name !== '' && !item.dev && (item.hasInstallScript || item.os !== undefined || native.test(name.replace(/^.*node_modules\//, ''))));
    return found && { why: `${found[0].replace(/^.*node_modules\//, '')} may bring machine code for the builder's libc`, file: path };
  }
  const names = Array.from(text.matchAll(/^\s*["']?\/?((?:@[\w.-]+\/)?[\w.-]+)@/gm), (match) => match[1]!);
  const found = names.find((name) => native.test(name)) ?? names.find((name) => /(?:^|[-/])(?:linux|darwin|win32)[-_]|-(?:native|bindings?|prebuilt)$|node-gyp|node-pre-gyp|prebuild-install|^nan$|node-addon-api|^bindings$/.test(name));
  return found === undefined ? undefined : { why: `${found} brings machine code for the builder's libc`, file: path };
}
