/** What one part of a RUN does to the image, as far as it is known. An unknown program is unknown, never harmless. */
export type Effect =
  | PackagesEffect
  /**
   * Makes, moves or changes files at known places; `writes` are absolute paths, with `*` where a part of a name is not known. The verb is
   * the program, `>` for a redirection, `prune` for `find … -delete`, which removes some of what lies below its places.
   */
  | { readonly kind: 'files'; readonly verb: string; readonly writes: readonly string[]; readonly reads: readonly string[] }
  /**
   * Sets the system up from the packages and files that are there (ldconfig, locale-gen, dpkg -i …): it belongs wherever those are, and may
   * be repeated. `reads` are files that it needs beside installed packages.
   */
  | { readonly kind: 'system'; readonly program: string; readonly writes: readonly string[]; readonly reads: readonly string[] }
  /** Makes or changes users and groups. */
  | { readonly kind: 'account'; readonly program: string; readonly name: string | undefined; readonly uid: string | undefined }
  /** Downloads or unpacks something; `writes` (as in `files`) is undefined when the place is not known, `reads` are archives. */
  | { readonly kind: 'fetch'; readonly programs: readonly string[]; readonly writes: readonly string[] | undefined; readonly reads?: readonly string[] }
  /** Changes the shell's own state for what follows in the same RUN (cd, export, set, source). */
  | { readonly kind: 'shell' }
  /** Changes nothing that lasts (echo, true, a version query). */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly program: string | undefined };

export interface PackagesEffect {
  readonly kind: 'packages';
  readonly manager: 'apt' | 'apk' | 'dnf';
  /** `repository`: names a further source of packages, or its key. */
  readonly action: 'install' | 'remove' | 'refresh' | 'clean' | 'repository';
  /** Names as written, with version pins. Empty for refresh and clean. */
  readonly packages: readonly string[];
  /** True when a name is not literal (a variable, a file). */
  readonly unknown: boolean;
  /** `apk add --virtual NAME`. */
  readonly virtual: string | undefined;
}
