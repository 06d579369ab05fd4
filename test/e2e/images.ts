import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Dockerfile } from '../../src/dockerfile/model.ts';
import { flagOf } from '../../src/dockerfile/model.ts';
import { parse } from '../../src/dockerfile/parse.ts';
import { globalScope, lookupIn } from '../../src/dockerfile/scope.ts';
import { expandWord } from '../../src/dockerfile/words.ts';
import { root } from '../support/examples.ts';

/** The folder with the stand-in base images for machines without an image registry; it need not exist. */
const standIns = process.env['DOCKERIZE_MULTI_ENGINE'] ?? join(root, '../shared/engine');

/** Images that a Dockerfile takes from elsewhere, with the defaults of its ARGs. */
export function imagesOf(text: string): string[] {
  const file: Dockerfile = parse(text);
  const names = new Set(file.stages.flatMap((stage) => (stage.name === undefined ? [] : [stage.name.toLowerCase()])));
  const bases = file.stages.map((stage) => expandWord(stage.image, lookupIn(globalScope(file))) ?? stage.image);
  const sources = file.instructions.flatMap((instruction) => flagOf(instruction, 'from') ?? []).filter((from) => !/^\d+$/.test(from));
  return [...new Set([...bases, ...sources])].filter((image) => image !== 'scratch' && !names.has(image.toLowerCase()));
}

/** Gives the nearest stand-ins the names of these images, where there are stand-ins. */
export async function provideImages(images: readonly string[]): Promise<void> {
  const script = join(standIns, 'alias');
  if (images.length > 0 && existsSync(script)) await promisify(execFile)(script, [...images], { timeout: 60_000 });
}

/** The text without `# syntax=`, so that the engine's own frontend builds it and none has to be pulled. */
export const withOwnFrontend = (text: string): string => text.replace(/^#\s*syntax\s*=.*\r?\n/i, '');
