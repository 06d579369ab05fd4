import type { Language } from '../language.ts';
import { planRust } from './plan.ts';

export const rust: Language = {
  name: 'rust',
  title: 'Rust',
  signs: {
    baseLanguages: ['rust'],
    buildPrograms: ['cargo', 'rustc', 'cargo-chef'],
    startPrograms: ['cargo'],
    manifests: ['Cargo.toml'],
  },
  plan: planRust,
};
