/** What one part of a RUN does to the image, as far as it is known. An unknown program is unknown, never harmless. */
export type Effect =
  | PackagesEffect
  /** Makes, moves or changes files at known places; `writes` are absolute paths. */
  | { readonly kind: 'files'; readonly verb: string; readonly writes: readonly string[]; readonly reads: readonly string[] }
  /** Makes or changes users and groups. */
  | { readonly kind: 'account'; readonly program: string; readonly name: string | undefined; readonly uid: string | undefined }
  /** Downloads or unpacks something; `writes` is undefined when the place is not known. */
  | { readonly kind: 'fetch'; readonly programs: readonly string[]; readonly writes: readonly string[] | undefined }
  /** Changes the shell's own state for what follows in the same RUN (cd, export, set, source). */
  | { readonly kind: 'shell' }
  /** Changes nothing that lasts (echo, true, a version query). */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly program: string | undefined };

export interface PackagesEffect {
  readonly kind: 'packages';
  readonly manager: 'apt' | 'apk' | 'dnf';
  readonly action: 'install' | 'remove' | 'refresh' | 'clean' | 'repository';
  /** Names as written, with version pins. Empty for refresh and clean. */
  readonly packages: readonly string[];
  /** True when a name is not literal (a variable, a file). */
  readonly unknown: boolean;
  /** `apk add --virtual NAME`. */
  readonly virtual: string | undefined;
}
