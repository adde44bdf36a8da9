import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJournal } from '../../src/adapters/journal/index.ts';
import { ROOT } from '../source.ts';

export const MAIN = join(ROOT, 'dist/apps/cli/main.js');
if (!existsSync(MAIN)) throw new Error('"dist" is not there: run "npm run build" first');

/** How a process ended. */
export interface Ended {
  readonly killed: boolean;
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Life {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

/** Starts the built program. */
export function live(args: readonly string[]): Life {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (told.out += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (told.err += part));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ killed: signal === 'SIGKILL', code, ...told }));
  });
  if (child.pid === undefined) throw new Error('The program could not be started');
  return { child, pid: child.pid, ended };
}

/** The arguments of one run of the desk, to the same end whatever came before. */
export const runArgs = (folder: string, to: string): string[] => [
  'run',
  folder,
  '--to',
  to,
  ...'--stage paper --from 2023-02-01 --json'.split(' '),
];

/** Runs a command to its end; its one JSON object. Throws where it failed. */
export async function told<T>(args: readonly string[]): Promise<T> {
  const { code, out, err } = await live(args).ended;
  if (code !== 0) throw new Error(`"${args.join(' ')}" ended with ${code}: ${err}${out}`);
  return JSON.parse(out) as T;
}

const LOOK_MS = 2;

/** Resolves when the journal has `rows` records, or the process ended. */
export async function journalReaches(folder: string, rows: number, life: Life): Promise<void> {
  const isOver = (): boolean => life.child.exitCode !== null || life.child.signalCode !== null;
  while (!isOver() && recordsIn(folder) < rows) {
    await sleep(LOOK_MS);
  }
}

/** Records of a journal; 0 before there is one. */
export function recordsIn(folder: string): number {
  const path = join(folder, 'journal/plimsoll.db');
  if (!existsSync(path)) return 0;
  try {
    const reader = readJournal(path);
    try {
      return reader.head().seq;
    } finally {
      reader.close();
    }
  } catch {
    return 0; // it is being made
  }
}
