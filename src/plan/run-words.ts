import type { Instruction } from '../dockerfile/model.ts';
import type { Escape } from '../dockerfile/lines.ts';
import type { ShellWord } from '../shell/parse.ts';
import type { RunPart } from '../walk/run.ts';

/** A word of a RUN that becomes others, or leaves. */
export interface WordEdit {
  readonly word: ShellWord;
  /** What stands there instead; nothing for a word that leaves. */
  readonly by: readonly string[];
}

interface Token {
  readonly word: ShellWord;
  /** What is neither a word nor white space, before the gap: a redirection, say. */
  readonly glue: string;
  /** White space, continuations and comments before the word. */
  readonly gap: string;
  readonly text: string;
  /** The words that stand there now. */
  readonly now: readonly string[];
}

/** The edits that put other packages in place of those of an install. A name that the list has already is not repeated. */
export function packageEdits(part: RunPart, instead: (name: string) => readonly string[] | undefined): WordEdit[] {
  const namesOf = (word: ShellWord): readonly string[] => word.list ?? (word.value === undefined ? [] : [word.value]);
  const changes = (name: string): boolean => instead(name) !== undefined && !instead(name)!.includes(name);
  const words = part.commands.flatMap((command) => command.words).filter((word) => namesOf(word).some((name) => instead(name) !== undefined));
  const seen = new Set(words.flatMap(namesOf).filter((name) => !changes(name)));
  return words.flatMap((word) => {
    const names = namesOf(word);
    if (!names.some(changes)) return [];
    const by = names.flatMap((name) => {
      if (!changes(name)) return [name];
      const added = instead(name)!.filter((other) => !seen.has(other));
      added.forEach((other) => seen.add(other));
      return added;
    });
    return [{ word, by }];
  });
}

/**
 * The text of a part with some of its words replaced, in the user's layout: one package a line where it was so. A comment above packages stays
 * as long as one of those that it heads does.
 */
export function editWords(instruction: Instruction, part: RunPart, edits: readonly WordEdit[], escape: Escape): string {
  const body = instruction.text.slice(instruction.bodyStart);
  const eol = instruction.text.includes('\r\n') ? '\r\n' : '\n';
  const { tokens, rest } = tokensOf(instruction, part, edits);
  let out = '';
  let comments: string[] = [];
  let lineGap: string | undefined;
  tokens.forEach((token, index) => {
    out += token.glue;
    if (token.now.length === 0) {
      if (startsGroup(token) && commentStays(tokens, index)) comments.push(...commentLines(token.gap));
      if (token.gap.includes('\n') && (lineGap === undefined || hasBlank(token.gap))) lineGap = withoutComments(token.gap);
      return;
    }
    const own = token.gap.includes('\n') && !(lineGap !== undefined && hasBlank(lineGap) && !hasBlank(token.gap) && commentLines(token.gap).length === 0);
    const gap = withComments(own ? token.gap : (lineGap ?? token.gap), comments, escape, eol);
    const next = token.gap.includes('\n') ? withoutComments(token.gap).replace(/\n\s*\n/g, '\n') : ' ';
    out += gap + token.now.join(next);
    comments = [];
    lineGap = undefined;
  });
  return out + body.slice(rest, endOf(instruction, part));
}

function tokensOf(instruction: Instruction, part: RunPart, edits: readonly WordEdit[]): { tokens: Token[]; rest: number } {
  const body = instruction.text.slice(instruction.bodyStart);
  const by = new Map(edits.map((edit) => [edit.word, edit.by]));
  const words = part.commands.flatMap((command) => command.words).sort((a, b) => a.start - b.start);
  const tokens: Token[] = [];
  let at = part.start;
  for (const word of words) {
    // Words of a substitution lie within the word that it is part of; those in backquotes have other offsets.
    if (word.start < at || !instruction.shellText.startsWith(word.text, word.start)) continue;
    const start = Math.max(at, startOfGap(instruction.shellText, word.start));
    const end = endOf(instruction, word);
    const text = body.slice(word.start, end);
    tokens.push({ word, glue: body.slice(at, start), gap: body.slice(start, word.start), text, now: by.get(word) ?? [text] });
    at = end;
  }
  return { tokens, rest: at };
}

/** Whether the comment above a word that leaves still heads something. */
function commentStays(tokens: readonly Token[], at: number): boolean {
  const next = tokens.findIndex((token, index) => index > at && startsGroup(token));
  const group = tokens.slice(at, next < 0 ? undefined : next);
  const kept = group.filter((token) => token.now.length > 0);
  if (kept.length === 0) return false;
  const lineEnd = group.findIndex((token, index) => index > 0 && token.gap.includes('\n'));
  if (group.slice(0, lineEnd < 0 ? undefined : lineEnd).some((token) => token.now.length > 0)) return true;
  // The packages of its own line have left: it stays unless it speaks of one of those that did.
  const text = commentLines(group[0]!.gap).join('').toLowerCase();
  const named = (token: Token): boolean => token.text.length > 2 && text.includes(token.text.toLowerCase());
  return kept.some(named) || !group.some((token) => token.now.length === 0 && named(token));
}

const startsGroup = (token: Token): boolean => hasBlank(token.gap) || commentLines(token.gap).length > 0;

const hasBlank = (gap: string): boolean => /\n[\t ]*\r?\n/.test(gap);

/** Where something of a RUN ends, without a continuation that hangs on its last word (`tini\` at the end of a line). */
export function endOf(instruction: Instruction, place: { readonly start: number; readonly end: number }): number {
  let { end } = place;
  while (end - 2 >= place.start && instruction.shellText.startsWith('\\\n', end - 2)) end -= 2;
  return end;
}

/** Where the white space, continuations and comments before a word begin. */
function startOfGap(shellText: string, from: number): number {
  let at = from;
  while (at > 0 && (/\s/.test(shellText[at - 1]!) || (shellText[at - 1] === '\\' && shellText.startsWith('\\\n', at - 1)))) at -= 1;
  return at;
}

/** The comment lines of a gap, with their indentation and line ends. The first line of a gap belongs to what is before it. */
export const commentLines = (gap: string): string[] => gap.split(/(?<=\n)/).slice(1).filter((line) => /^[\t ]*#/.test(line));

export const withoutComments = (gap: string): string => gap.split(/(?<=\n)/).filter((line, index) => index === 0 || !/^[\t ]*#/.test(line)).join('');

/** A gap with comment lines in it, which go on lines of their own. */
export function withComments(gap: string, comments: readonly string[], escape: Escape, eol: string): string {
  if (comments.length === 0) return gap;
  const at = gap.indexOf('\n') + 1;
  if (at > 0) return gap.slice(0, at) + comments.join('') + gap.slice(at);
  const indent = /^[\t ]*/.exec(comments[0]!)![0];
  return `${gap.trimEnd()} ${escape}${eol}${comments.join('')}${indent === '' ? '    ' : indent}`;
}
