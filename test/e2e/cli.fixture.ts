import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqliteModule } from '@photostructure/sqlite';
import { afterAll, expect } from 'vitest';
import { ROOT } from '../source.ts';

const MAIN = join(ROOT, 'dist/apps/cli/main.js');
if (!existsSync(MAIN)) {
  throw new Error('"dist" is not there: run "npm run build" before the tests from end to end');
}

const load = createRequire(import.meta.url);
const sqlite = load('@photostructure/sqlite') as SqliteModule;

export type Json = Readonly<Record<string, unknown>>;

/** A line of a stack trace, which no person should see. */
export const STACK: RegExp = /\n {2,}at /;

/** What a command came to. */
export interface Ran {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** Standard output so far. */
  out(): string;
}

export interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the built command line at once. */
export function start(args: readonly string[], { cwd = ROOT, env = {} }: Place = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (told.out += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (told.err += part));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...told }));
  });
  return { child, ended, out: () => told.out };
}

const AT_ONCE_MAX = 3; // processes of tests that run beside each other
let running = 0;
const waiting: (() => void)[] = [];

/** Runs the command line to its end, whatever that is, when fewer than the most at once are. */
export async function ranIn(place: Place, args: readonly string[]): Promise<Ran> {
  if (running >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await start(args, place).ended;
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

export const cli = (...args: readonly string[]): Promise<Ran> => ranIn({}, args);

/** Runs the command line in a place, to an end without a complaint; returns what it printed. */
export async function done(args: readonly string[], place: Place = {}): Promise<string> {
  const { code, out, err } = await ranIn(place, args);
  if (code !== 0 || err !== '') {
    const ended = `plimsoll ${args.join(' ')} ended with ${code}`;
    throw new Error(`${ended}, wanted 0 without a complaint:\n${err}\n${out.slice(-2_000)}`);
  }
  return out;
}

/** The one JSON object that a command prints with `--json`. */
export async function told<T = Json>(args: readonly string[], place: Place = {}): Promise<T> {
  return JSON.parse(await done([...args, '--json'], place)) as T;
}

/** Expects a refusal: this exit code, one message without a stack, nothing on standard output. */
export async function refused(
  args: readonly string[],
  code: number,
  place: Place = {},
): Promise<string> {
  const ran = await ranIn(place, args);
  expect({ ...ran, err: '' }).toEqual({ code, signal: null, out: '', err: '' });
  expect(ran.err).not.toMatch(STACK);
  expect(ran.err.trim()).not.toBe('');
  return ran.err.trim();
}

/** A temporary folder, gone after the tests of the file. */
export function scratch(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `plimsoll-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export const EXAMPLES = [
  'hierarchical-adaptive',
  'trend-vix',
  'ma-crossover',
  'momentum',
  'tick-engine',
] as const;
export const DAILY_EXAMPLES = ['hierarchical-adaptive', 'trend-vix'] as const;

/** Copies an example to `folder`, which it returns. */
export function copyExample(name: (typeof EXAMPLES)[number], folder: string): string {
  cpSync(join(ROOT, 'examples', name), folder, {
    recursive: true,
    filter: (path) => /(?:desk\.yaml|signals\.jsonl|[^.]+)$/.test(path),
  });
  return folder;
}

export const textOf = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8');

export const jsonOf = <T = Json>(...path: readonly string[]): T => JSON.parse(textOf(...path)) as T;

/** The objects of a file with one JSON object a line. */
export const linesOf = <T = Json>(...path: readonly string[]): T[] =>
  textOf(...path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

/** Replaces every `from` of a text file by `to`; throws where there is none. */
export function edit(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  const edited = text.replace(from, to);
  if (edited === text) throw new Error(`"${file}" has no "${from}"`);
  writeFileSync(file, edited);
}

const isQuery = (text: string): boolean => /^select/i.test(text);

/** Runs statements on a SQLite file; returns the rows of the last one. Queries alter nothing. */
export function sql(file: string, ...statements: readonly string[]): Json[] {
  const db = new sqlite.DatabaseSync(file, { readOnly: statements.every(isQuery) });
  try {
    let rows: Json[] = [];
    for (const text of statements) {
      if (isQuery(text)) rows = db.prepare(text).all() as Json[];
      else db.exec(text);
    }
    return rows.map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

export interface Recorded {
  readonly seq: number;
  readonly kind: string;
  readonly body: Json;
}

/** Records of a desk's journal, oldest first; `kind` is that of their bodies. */
export function recordsOf(folder: string, kind: string): Recorded[] {
  const rows = sql(
    join(folder, 'journal/plimsoll.db'),
    `SELECT seq, kind, body FROM journal WHERE body LIKE '%"kind":"${kind}"%' ORDER BY seq`,
  );
  return rows
    .map(({ seq, kind: of, body }) => ({
      seq: seq as number,
      kind: of as string,
      body: JSON.parse(body as string) as Json,
    }))
    .filter(({ body }) => body['kind'] === kind);
}

/** The `record`s of a desk's journaled effects of one kind: decisions, fills. */
export const effectsOf = <T = Json>(folder: string, kind: 'decision' | 'fill'): T[] =>
  recordsOf(folder, kind).map(({ body }) => body['record'] as T);
