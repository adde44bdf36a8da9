import { rmSync } from 'node:fs';
import { verifyJournal } from '../../src/adapters/journal/index.ts';
import {
  type Files,
  freeConnections,
  putFiles,
  readAll,
  sampleFiles,
  scratch,
} from '../../src/adapters/journal/sample.fixture.ts';
import type { Random } from '../../src/sim/index.ts';
import { below, type Fuzzed, pick, Tally, type Target } from './target.ts';

const RECORDS = 40;
const STATES = ['closed', 'killed', 'folded'] as const;
const COLLECT_EVERY = 200; // inputs; connections that were kept half open are freed then

/** One to a few damages of one kind, somewhere in one of the files. */
function damaged(files: Files, random: Random): { what: string; files: Files } {
  const names = (['db', 'wal', 'head'] as const).filter((name) => files[name].length > 0);
  const name = pick(random, names);
  const bytes = Buffer.from(files[name]);
  const at = below(random, bytes.length);
  const length = 1 + below(random, Math.min(64, bytes.length - at));
  const kind = pick(random, ['flip', 'zero', 'ones', 'cut', 'drop', 'double', 'swap'] as const);
  const what = `${kind} of ${length} bytes at ${at} of the ${name} file`;
  return { what, files: { ...files, [name]: changed(bytes, kind, { at, length }, random) } };
}

function changed(
  bytes: Buffer,
  kind: 'flip' | 'zero' | 'ones' | 'cut' | 'drop' | 'double' | 'swap',
  { at, length }: { at: number; length: number },
  random: Random,
): Buffer {
  const part = bytes.subarray(at, at + length);
  switch (kind) {
    case 'flip':
      bytes[at] = (bytes[at] as number) ^ (1 << below(random, 8));
      return bytes;
    case 'zero':
    case 'ones':
      return bytes.fill(kind === 'zero' ? 0 : 0xff, at, at + length);
    case 'cut':
      return bytes.subarray(0, at);
    case 'drop':
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 'double':
      return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
    case 'swap': {
      const other = below(random, bytes.length - length + 1);
      const copy = Buffer.from(bytes.subarray(other, other + length));
      bytes.copyWithin(other, at, at + length);
      copy.copy(bytes, at);
      return bytes;
    }
  }
}

/** Damage is found, or all that can be read is what was written (invariant 29). */
async function fuzzJournal(rounds: number, random: Random): Promise<Fuzzed> {
  const root = scratch('fuzz');
  const tally = new Tally();
  try {
    const samples = STATES.map((state) => {
      const files = sampleFiles(root, RECORDS, state);
      return { state, files, whole: readAll(putFiles(root, files), []) };
    });
    for (let round = 0; round < rounds; round++) {
      const { state, files, whole } = pick(random, samples);
      const damage = damaged(files, random);
      const path = putFiles(root, damage.files);
      const what = `${state}: ${damage.what}`;
      try {
        if (!verifyJournal(path).ok) tally.refused();
        else if (isSame(path, whole) || isOlder(damage.files, files)) tally.taken();
        else tally.problem(`${what}: not found`);
      } catch (error) {
        tally.problem(`${what}: threw ${String(error)}`);
      }
      rmSync(path.slice(0, path.lastIndexOf('/')), { recursive: true, force: true });
      if (round % COLLECT_EVERY === 0) await freeConnections();
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return tally.found;
}

const isSame = (path: string, whole: string): boolean => readAll(path, []) === whole;

/** A log cut at its end is a last group that never was on the disk: nothing rests on it. */
const isOlder = (damagedFiles: Files, files: Files): boolean =>
  damagedFiles.wal.length < files.wal.length &&
  files.wal.subarray(0, damagedFiles.wal.length).equals(damagedFiles.wal) &&
  damagedFiles.head.length === 0;

export const journal: Target = { name: 'journal', fuzz: fuzzJournal };
