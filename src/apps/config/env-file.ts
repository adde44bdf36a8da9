import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { fail, ok, type Result } from '../../base/index.ts';
import type { Env } from './env.ts';
import { type ConfigError, configError } from './error.ts';

export interface EnvFile {
  readonly values: Env;
  /** Sentences a person should see. */
  readonly warnings: readonly string[];
}

const SIZE_MAX = 100_000;
/** Read or write for group or others. */
const OPEN_TO_OTHERS = 0o077;

/**
 * The values of a `.env` file; none where there is no file. One that others may read is a warning,
 * or an error when `othersMayRead` is 'refused', as it is for a stage with a real account.
 * Errors never show a value.
 */
export function loadEnv(
  path: string,
  othersMayRead: 'warned' | 'refused' = 'warned',
): Result<EnvFile, ConfigError[]> {
  const file = readEnv(path);
  if (file === undefined) return ok({ values: {}, warnings: [] });
  const errors = file.text === undefined ? [tooLarge(path)] : lineErrors(path, file.text);
  const open = process.platform !== 'win32' && (file.mode & OPEN_TO_OTHERS) !== 0;
  const mode = (file.mode & 0o777).toString(8).padStart(4, '0');
  const found = `mode ${mode}`;
  const wanted = `mode 0600, for its secrets (chmod 600 ${path})`;
  if (open && othersMayRead === 'refused') {
    errors.push(configError({ path, line: null, column: null }, { key: '', found, wanted }));
  }
  if (errors.length > 0) return fail(errors);
  return ok({
    values: parseEnv(file.text ?? ''),
    warnings: open ? [`${path}: ${found}, wanted ${wanted}`] : [],
  });
}

/** Text (none where it is too large) and mode of one file; undefined where there is no file. */
function readEnv(path: string): { text: string | undefined; mode: number } | undefined {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { mode, size } = fstatSync(handle);
    return { text: size > SIZE_MAX ? undefined : readFileSync(handle, 'utf8'), mode };
  } finally {
    closeSync(handle);
  }
}

const tooLarge = (path: string): ConfigError =>
  configError(
    { path, line: null, column: null },
    { key: '', found: 'a larger file', wanted: `at most ${SIZE_MAX} bytes` },
  );

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.?)/;

/** Lines that are no `NAME=value`, and names that come twice; the inside of quotes is skipped. */
function lineErrors(path: string, text: string): ConfigError[] {
  const errors: ConfigError[] = [];
  const seen = new Map<string, number>();
  let quote = '';
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const isInside = quote !== '';
    const match = ASSIGNMENT.exec(line);
    if (isInside) quote = line.includes(quote) ? '' : quote;
    if (isInside || /^\s*(?:#|$)/.test(line)) continue;
    const at = { path, line: i + 1, column: 1 };
    const name = match?.[1];
    if (!match || name === undefined) {
      errors.push(configError(at, { key: '', found: 'another line', wanted: 'NAME=value' }));
      continue;
    }
    const first = seen.get(name);
    if (first !== undefined) {
      const found = `the name a second time, first on line ${first}`;
      errors.push(configError(at, { key: name, found, wanted: 'each name once' }));
    }
    seen.set(name, i + 1);
    const opening = /^["'`]$/.test(match[2] ?? '') ? (match[2] as string) : '';
    quote = opening !== '' && !line.slice(match[0].length).includes(opening) ? opening : '';
  }
  return errors;
}
