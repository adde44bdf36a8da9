import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openJournal, readJournal, verifyJournal } from '../src/adapters/journal/index.ts';
import { instant } from '../src/base/index.ts';

/**
 * Times the journal: small durable groups, large groups, the fold of all records, verification.
 * Run: node --import tsx bench/journal.ts [records] [folder on the disk to be measured]
 * The last line is JSON; times are milliseconds.
 */
const RECORDS = Number(process.argv[2] ?? 1_000_000);
const FOLDER = process.argv[3] ?? tmpdir();
const SMALL_GROUPS = 5_000;
const SMALL = 2;
const LARGE = 1_000;
const AT = instant(Date.UTC(2026, 0, 5, 20, 55));

const entry = (n: number) => ({
  at: AT,
  kind: n % 2 === 0 ? 'input' : 'effect',
  body: {
    intent: `7-${n}`,
    instrument: 'SPY',
    limitPrice: 412_350_000 + (n % 1000) * 10_000,
    quantity: 100 + (n % 7),
    side: 'buy',
    why: { rule: 'fast average crossed above slow', spread: 1.25 },
  },
});

const group = (first: number, size: number) =>
  Array.from({ length: size }, (_, i) => entry(first + i));

function timed<T>(run: () => T): { ms: number; value: T } {
  const start = performance.now();
  const value = run();
  return { ms: performance.now() - start, value };
}

const part = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor(sorted.length * share)] ?? Number.NaN;

function appendAll(path: string) {
  const journal = openJournal(path, { account: 'bench' });
  const times: number[] = [];
  for (let i = 0; i < SMALL_GROUPS; i += 1) {
    const entries = group(i * SMALL, SMALL);
    times.push(timed(() => journal.append(entries)).ms);
  }
  const first = SMALL_GROUPS * SMALL;
  const large = timed(() => {
    for (let n = first; n < RECORDS; n += LARGE) journal.append(group(n, LARGE));
  });
  journal.close();
  times.sort((a, b) => a - b);
  return { times, perSecond: (RECORDS - first) / (large.ms / 1000) };
}

/** The sum makes each record's body be parsed and touched. */
function fold(path: string, check: 'chain' | 'order'): number {
  const journal = readJournal(path);
  let sum = 0;
  for (const record of journal.read(0, check)) {
    sum += (record.body as { quantity: number }).quantity;
  }
  journal.close();
  return sum;
}

const path = join(mkdtempSync(join(FOLDER, 'plimsoll-bench-')), 'journal', 'bench.db');
const { times, perSecond } = appendAll(path);
const order = timed(() => fold(path, 'order'));
const chain = timed(() => fold(path, 'chain'));
const verified = timed(() => verifyJournal(path));
if (!verified.value.ok || order.value !== chain.value) throw new Error('The journal is not sound');
rmSync(dirname(dirname(path)), { recursive: true });

const round = (n: number): number => Number(n.toFixed(3));
console.log(
  JSON.stringify({
    bench: 'journal',
    records: RECORDS,
    appendP50Ms: round(part(times, 0.5)),
    appendP99Ms: round(part(times, 0.99)),
    appendMaxMs: round(part(times, 0.9999)),
    groupedRecordsPerSecond: Math.round(perSecond),
    foldInOrderMs: Math.round(order.ms),
    foldWithChainMs: Math.round(chain.ms),
    verifyMs: Math.round(verified.ms),
  }),
);
