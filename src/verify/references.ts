import { flagOf, type Dockerfile } from '../dockerfile/model.ts';

/** Every `--from` of a COPY or a mount names a stage above it, or an image. */
export function references(file: Dockerfile): string[] {
  const failures: string[] = [];
  file.stages.forEach((stage, index) => {
    const earlier = file.stages.slice(0, index);
    for (const instruction of stage.instructions) {
      const sources = [flagOf(instruction, 'from'), ...instruction.flags.filter((flag) => flag.name === 'mount').map((flag) => /(?:^|,)from=([^,]+)/.exec(flag.value ?? '')?.[1])];
      for (const from of sources) {
        // A name with one of these is an image's.
        if (from === undefined || /[./:$]/.test(from)) continue;
        const found = /^\d+$/.test(from) ? Number(from) < index : earlier.some((other) => other.name?.toLowerCase() === from.toLowerCase());
        if (!found) failures.push(`--from=${from} names no stage above it`);
      }
    }
  });
  return failures;
}
