const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words of variable names that hold secrets. Source: BuildKit's check SecretsUsedInArgOrEnv. */
const secretWords = words('apikey auth credential credentials key password pword passwd secret token');

/** Before the secret's word: what everybody may see (BuildKit's own list has `public` only), and keys that are no secrets. */
const openWords = words('public pub gpg pgp rpm apt apk enable disable use require allow');
const openKeys = words('primary foreign sort host cache index partition group routing');

/** Behind it: where something lies, what it is called and how it is used. */
const aboutWords = words(
  'file files filename path dir folder id ids url uri endpoint host hostname server servers port issuer realm domain header prefix suffix type kind method mode provider backend driver scheme name names user username enabled disabled required expire expires expiry expiration ttl lifetime timeout length size bits min max limit count algorithm alg algo fingerprint version sock layout map field column ring protocol service attribute encoding mirror',
);

/** Whether a variable's name says that it holds a secret. */
export function isSecretName(name: string): boolean {
  const parts = name.toLowerCase().split('_');
  const at = parts.findLastIndex((part) => secretWords.has(part));
  if (at < 0) return false;
  const before = parts.slice(0, at);
  return !parts.slice(at + 1).some((part) => aboutWords.has(part)) && !before.some((part) => openWords.has(part)) && !(parts[at] === 'key' && openKeys.has(before.at(-1) ?? ''));
}

/** Whether a value can be one: not an empty ENV, a switch, a file's name, the fingerprint of an OpenPGP key, or another variable alone. */
export function mayBeSecret(value: string | undefined, keyword: string): boolean {
  const text = (value ?? '').replace(/^(["'])(.*)\1$/s, '$2');
  if (text === '') return keyword === 'ARG';
  return !/^(?:true|false|yes|no|on|off|none|null|0|1|\.{0,2}\/\S*|\S+\.(?:key|pem|crt|json|ya?ml|txt|conf)|\$\w+|\$\{\w+\})$/i.test(text) && !/^(?:[0-9A-F]{16}|[0-9A-F]{40})$/.test(text);
}

/** Files that hold nothing but credentials, by their usual names. Source: the manual pages of ssh-keygen, curl (netrc), git-credential-store and twine. */
const credentialFiles = /^(?:\.pypirc|\.netrc|_netrc|\.git-credentials|\.dockercfg|id_(?:rsa|dsa|ecdsa|ed25519))$/;

/** Settings of package managers that may hold credentials among other things, with what these look like. A variable is none. Source: npm's and pip's documentation. */
const settings: readonly { readonly file: RegExp; readonly credential: RegExp }[] = [
  { file: /^\.npmrc$/, credential: /(?:_authToken|_auth|_password)\s*=\s*(?!\$\{)\S/ },
  { file: /^\.yarnrc\.yml$/, credential: /npmAuth(?:Token|Ident)\s*:\s*["']?(?!\$\{)\S/ },
  { file: /^pip\.(?:conf|ini)$/, credential: /:\/\/[^\s/@:]+:(?!\$\{)[^\s/@]+@/ },
  { file: /^nuget\.config$/i, credential: /ClearTextPassword/i },
];

/**
 * Whether a file holds credentials.
 *
 * @param name without its folder
 * @param text undefined when it cannot be had: settings are then taken for harmless
 */
export const holdsCredentials = (name: string, text: string | undefined): boolean => credentialFiles.test(name) || settings.some(({ file, credential }) => file.test(name) && text !== undefined && credential.test(text));
