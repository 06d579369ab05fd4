import type { Language } from '../language.ts';
import { planGo } from './plan.ts';

export const go: Language = {
  name: 'go',
  title: 'Go',
  signs: {
    baseLanguages: ['go'],
    buildPrograms: ['go', 'dep', 'glide', 'godep', 'gox'],
    startPrograms: ['go'],
    manifests: ['go.mod', 'Gopkg.toml', 'glide.yaml', 'main.go'],
  },
  plan: planGo,
};
