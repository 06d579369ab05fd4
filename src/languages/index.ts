import { dotnet } from './dotnet/dotnet.ts';
import { go } from './go/go.ts';
import { node } from './node/node.ts';
import { python } from './python/python.ts';
import { rust } from './rust/rust.ts';
import type { Language } from './language.ts';

/** The languages that are supported, in the order in which a tie is decided. */
export const languages: readonly Language[] = [go, python, node, dotnet, rust];
