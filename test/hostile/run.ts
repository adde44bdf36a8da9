import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { keep } from './keep.ts';
import type { Played } from './play.ts';
import { runPool } from './pool.ts';
import type { Job } from './worker.ts';

const KEPT = new URL('failing-seeds.txt', import.meta.url);
const TWICE = 500; // seeds of a run that are played twice
const SHOWN = 3; // violations of a seed that are printed

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    days: { type: 'string', default: '5' },
    workers: { type: 'string', default: String(availableParallelism()) },
    trace: { type: 'boolean', default: false },
    /** No further seed is begun after these. */
    minutes: { type: 'string', default: 'Infinity' },
    /** Seeds from here on. */
    from: { type: 'string', default: '1' },
    /** Adds the figures to bench/history.jsonl. */
    keep: { type: 'boolean', default: false },
  },
});

const sums = { counts: new Map<string, number>(), faults: new Map<string, number>() };
const failed: Played[] = [];
let played = 0;
let days = 0;
let cpuMs = 0;

function add(into: Map<string, number>, from: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(from)) into.set(name, (into.get(name) ?? 0) + count);
}

function take(result: Played): void {
  played++;
  days += result.days;
  cpuMs += result.cpuMs;
  add(sums.counts, result.counts);
  add(sums.faults, result.faults);
  if (result.violations.length === 0) return;
  failed.push(result);
  const command = `npm run sim -- --seed ${result.seed} --days ${result.days}`;
  console.log(`\nseed ${result.seed} fails: ${command}`);
  for (const { invariant, text, at } of result.violations.slice(0, SHOWN)) {
    console.log(`  invariant ${invariant} at ${new Date(at).toISOString()}: ${text}`);
  }
  const line = `${result.seed} ${result.days}`;
  if (values.seed === undefined && !keptSeeds().includes(line)) appendFileSync(KEPT, `${line}\n`);
}

/** Seeds that failed once, as "seed days"; they are played first. */
function keptSeeds(): string[] {
  if (!existsSync(KEPT)) return [];
  return readFileSync(KEPT, 'utf8')
    .split('\n')
    .filter((line) => /^\d+ \d+$/.test(line));
}

function* jobs(): Generator<Job> {
  const each = Number(values.days);
  const twice = values.trace;
  if (values.seed !== undefined) return yield { seed: Number(values.seed), days: each, twice };
  for (const line of keptSeeds()) {
    const [seed, kept] = line.split(' ').map(Number) as [number, number];
    yield { seed, days: kept, twice };
  }
  const count = Number(values.seeds);
  const from = Number(values.from);
  const until = performance.now() + Number(values.minutes) * 60_000;
  for (let i = 0; i < count && performance.now() < until; i++) {
    yield { seed: from + i, days: each, twice: twice || i < TWICE };
  }
}

const table = (sum: ReadonlyMap<string, number>): string =>
  [...sum]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `  ${name.padEnd(24)} ${count}`)
    .join('\n');

const began = performance.now();
await runPool(new URL('worker.ts', import.meta.url), jobs(), Number(values.workers), take);
const seconds = (performance.now() - began) / 1_000;
console.log(`\n${played} worlds, ${days} faulted days in ${seconds.toFixed(1)} s:`);
const rate = (days / seconds).toFixed(1);
console.log(`${rate} faulted days a second, ${(cpuMs / days).toFixed(1)} ms of CPU each`);
console.log(`what happened\n${table(sums.counts)}\nfaults injected\n${table(sums.faults)}`);
console.log(`${failed.length} worlds with violations`);
if (values.keep) {
  keep('hostile', {
    seconds: Number(seconds.toFixed(1)),
    daysPerSecond: Number((days / seconds).toFixed(1)),
    cpuMsPerDay: Number((cpuMs / days).toFixed(1)),
    days,
    seeds: played,
    failures: failed.length,
    met: failed.length === 0,
  });
}
process.exitCode = failed.length === 0 ? 0 : 1;
