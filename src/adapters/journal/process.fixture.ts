import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { readJournal, verifyJournal } from './index.ts';

/** Processes that write a journal, for the tests of crashes and of full disks. */
const WRITER = fileURLToPath(new URL('writer.fixture.ts', import.meta.url));

/** A writing process and what it printed so far. */
export interface Writer {
  readonly child: ChildProcess;
  lines(): string[];
  ended(): Promise<void>;
}

/** Starts the writer; with `fileBlocks` no file of it may exceed that many blocks of 512 bytes. */
export function startWriter(path: string, seed: number, fileBlocks?: number): Writer {
  const command = [process.execPath, '--import', 'tsx', WRITER, path, String(seed)];
  const limited = ['sh', '-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command];
  const [program = '', ...args] = fileBlocks === undefined ? command : limited;
  const env = fileBlocks === undefined ? process.env : { ...process.env, TSX_DISABLE_CACHE: '1' };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const closed = once(child, 'close');
  return {
    child,
    // What follows the last newline was not printed to its end.
    lines: () => text.split('\n').slice(0, -1),
    ended: async () => {
      await closed;
    },
  };
}

/** The last record that the writer was told to be durable; 0 when it was told nothing. */
export const lastTold = (lines: readonly string[]): number =>
  Number(lines.findLast((line) => /^\d+$/.test(line)) ?? 0);

interface Body {
  readonly group: number;
  readonly i: number;
  readonly size: number;
  readonly content: string | null;
}

/**
 * Expects the journal to verify, to hold all records up to `told`, whole groups only, with their
 * contents, and a snapshot that belongs to it. Returns the number of its records.
 */
export function expectSound(path: string, told: number): number {
  const found = verifyJournal(path);
  expect(found).toMatchObject({ ok: true });
  const reader = readJournal(path);
  const { seq: last } = reader.head();
  let wanted = { group: 1, i: 0, size: 1 };
  for (const { seq, body } of reader.read()) {
    const { group, i, size, content } = body as Body;
    if (wanted.i === 0) wanted = { group: seq, i: 0, size };
    if (group !== wanted.group || i !== wanted.i || size !== wanted.size) {
      throw new Error(
        `Record "${seq}" is ${JSON.stringify(body)}, wanted ${JSON.stringify(wanted)}`,
      );
    }
    if (content !== null && reader.content(content) === undefined) {
      throw new Error(`Record "${seq}" names content "${content}", which is not there`);
    }
    wanted = { ...wanted, i: (i + 1) % size };
  }
  expect(wanted.i).toBe(0);
  expect(last).toBeGreaterThanOrEqual(told);
  const snapshot = reader.latestSnapshot();
  if (snapshot) expect(JSON.parse(snapshot.state)).toEqual({ seq: snapshot.seq });
  reader.close();
  return last;
}
