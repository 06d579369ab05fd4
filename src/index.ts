/** Public API: the pure core, with the disk adapters for those who want them. */
export { transform, type Outcome } from './transform.ts';
export { defaultOptions, type Options } from './languages/language.ts';
export { findingCodes, type Finding, type FindingCode } from './findings.ts';
export type { LedgerEntry, Plan, Disposition } from './plan/plan.ts';
export { unknownProject, type Project } from './project/project.ts';
export { memoryProject } from './project/memory.ts';
export { diskProject } from './project/disk.ts';
export { packagedTemplates } from './project/templates.ts';
export { unifiedDiff } from './diff.ts';
export { toJson } from './report/json.ts';
