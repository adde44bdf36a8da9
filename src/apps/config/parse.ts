import { dirname, resolve } from 'node:path';
import { assert, fail, ok, type Result } from '../../base/index.ts';
import { buildDesk } from './build.ts';
import { type Checking, checkDesk, valueAt } from './check.ts';
import { checkBook, type Strategies } from './check-book.ts';
import { checkData } from './check-data.ts';
import type { BookOrigin, Desk } from './desk.ts';
import { type Env, plainOf } from './env.ts';
import { type ConfigError, configError, inOrder } from './error.ts';
import { errorsOf } from './issue.ts';
import { type ConfigNode, placeOf, showNode } from './node.ts';
import { readConfig } from './read.ts';
import { deskSchema } from './schema.ts';
import { applyBars, applySets } from './set.ts';

export interface DeskOptions {
  /** The desk file as people name it: in messages, and its folder for relative paths. */
  readonly path: string;
  /** What `${NAME}` stands for. */
  readonly env: Env;
  /** Overrides "a.b.0.c=VALUE", in their order. */
  readonly sets?: readonly string[];
  /** Files of bars by symbol, relative to the working directory, in place of the desk's data. */
  readonly bars?: Readonly<Record<string, string>>;
  readonly strategies: Strategies;
}

/**
 * The desk of a file's text, or all that is wrong with it, in the order of the file.
 * Nothing is guessed: each key is known, each figure within its range, each symbol has data.
 */
export function parseDesk(text: string, options: DeskOptions): Result<Desk, ConfigError[]> {
  const read = readConfig(text, options.path);
  if (!read.ok) return fail(inOrder(read.error));
  const root = read.value;
  if (root.kind !== 'map') {
    const parts = { key: '', found: showNode(root), wanted: 'a map that begins with "version: 1"' };
    return fail([configError(placeOf(root, []), parts)]);
  }
  const errors = overrideErrors(root, options);
  const plain = plainOf(root, options.env);
  // A missing variable leaves a hole; what the hole breaks is not worth telling.
  const holes = new Set(plain.errors.map((error) => error.key));
  const checking: Checking = { root, plain: plain.value, errors: [], holes, redact: plain.redact };
  const parsed = deskSchema.safeParse(plain.value);
  if (!parsed.success) {
    const context = { root, base: [], schema: deskSchema, redact: plain.redact };
    checking.errors.push(...errorsOf(parsed.error.issues, context));
  }
  const origins = checkAll(checking, options.strategies);
  errors.push(...plain.errors, ...checking.errors.filter((error) => !holes.has(error.key)));
  if (errors.length > 0) return fail(inOrder(errors));
  assert(parsed.success && !origins.includes(undefined), 'A desk was refused without an error');
  return ok(buildDesk(parsed.data, origins as BookOrigin[], dirname(options.path)));
}

function overrideErrors(root: ConfigNode, { sets = [], bars = {} }: DeskOptions): ConfigError[] {
  const errors = applyBars(root, bars);
  const applied = applySets(root, sets);
  return applied.ok ? errors : [...errors, ...applied.error];
}

function checkAll(checking: Checking, strategies: Strategies): (BookOrigin | undefined)[] {
  checkDesk(checking);
  checkData(checking);
  const books = valueAt(checking.plain, ['books']);
  if (!Array.isArray(books)) return [];
  return books.map((_, i) => checkBook(checking, i, strategies));
}

/**
 * The strategy files a desk names, as written, each once: what to load before `parseDesk`.
 * Asks nothing of the rest of the file; none where it cannot be read.
 */
export function strategyFiles(
  text: string,
  options: Pick<DeskOptions, 'path' | 'env' | 'sets'>,
): string[] {
  const read = readConfig(text, options.path);
  if (!read.ok) return [];
  applySets(read.value, options.sets ?? []);
  const { value } = plainOf(read.value, options.env);
  const books = valueAt(value, ['books']);
  if (!Array.isArray(books)) return [];
  const files: unknown[] = books.map((book) => valueAt(book, ['strategy', 'file']));
  return [...new Set(files.filter((file) => typeof file === 'string').filter(Boolean))];
}

/** The path of a file the desk names: as written when absolute, else within the desk's folder. */
export const deskFile = (desk: Desk, file: string): string => resolve(desk.folder, file);
