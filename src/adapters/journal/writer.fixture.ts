import { writeSync } from 'node:fs';
import { instant } from '../../base/index.ts';
import { JournalRefused, openJournal, type SqliteJournal } from './index.ts';
import { OPTIONS } from './sample.fixture.ts';

/**
 * A process of the crash and disk tests: appends groups until it is killed or refused.
 * Arguments: path, seed. Prints the number of the last record after each append that returned, and
 * what it was refused with. Record: `{ group, i, size, content }`; snapshot: `{ seq }`.
 */
const [path = '', seed = '1'] = process.argv.slice(2);

/** Numbers from 0 to below 1, the same for the same seed. */
function numbers(from: number): () => number {
  let state = from;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Prints at once, and waits while whoever reads is busy. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

function appendGroup(journal: SqliteJournal, random: () => number): void {
  const size = 1 + Math.floor(random() * (random() < 0.1 ? 300 : 6));
  const first = journal.head().seq + 1;
  const content =
    random() < 0.2 ? journal.putContent(`content ${first} ${'c'.repeat(3000)}`) : null;
  const pad = 'p'.repeat(Math.floor(random() * 400));
  const entries = Array.from({ length: size }, (_, i) => ({
    at: instant(first),
    kind: 'input',
    body: { group: first, i, size, content, pad },
  }));
  const { seq } = journal.append(entries);
  say(String(seq));
  if (random() < 0.1) journal.saveSnapshot(seq, `{"seq":${seq}}`);
}

function run(): void {
  const random = numbers(Number(seed));
  let journal = openJournal(path, OPTIONS);
  say(String(journal.head().seq));
  for (;;) {
    try {
      appendGroup(journal, random);
    } catch (error) {
      say(`refused: ${codeOf(error)}`);
      say(`again: ${codeOf(errorOf(() => appendGroup(journal, random)))}`);
      journal.close();
      return;
    }
    if (random() < 0.03) {
      journal.close();
      journal = openJournal(path, OPTIONS);
    }
  }
}

function errorOf(todo: () => void): unknown {
  try {
    todo();
    return undefined;
  } catch (error) {
    return error;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof JournalRefused) return error.code;
  throw error;
}

const error = errorOf(run);
if (error !== undefined) say(`not opened: ${codeOf(error)}`);
