import type { Language } from '../language.ts';
import { planDotnet } from './plan.ts';

export const dotnet: Language = {
  name: 'dotnet',
  title: '.NET',
  signs: {
    baseLanguages: ['dotnet'],
    buildPrograms: ['dotnet', 'msbuild', 'nuget'],
    startPrograms: ['dotnet'],
    manifests: ['*.csproj', '*.fsproj', '*.vbproj', '*.sln', '*.slnx'],
  },
  plan: planDotnet,
};
