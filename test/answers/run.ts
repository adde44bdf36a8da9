import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Played, type Plan, play, planOf } from './play.ts';

const KEPT = new URL('failing-seeds.txt', import.meta.url);
const SHOWN = 5; // violations of a seed that are printed

const { values } = parseArgs({
  options: {
    /** Worlds that are played at least. */
    seeds: { type: 'string', default: '60' },
    /** Changed answers that are reached at least. */
    answers: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    /** One world only, with what was changed in it. */
    seed: { type: 'string' },
    minutes: { type: 'string', default: 'Infinity' },
  },
});

const sums = new Map<string, number>();
const counts = new Map<string, number>();
const totals = { worlds: 0, answers: 0, mutated: 0, orders: 0, fills: 0, rejections: 0 };
const failed: number[] = [];

process.on('unhandledRejection', (error) => {
  totals.rejections++;
  console.log('A rejection that nobody handled:', error);
});

function add(into: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [name, count] of from) into.set(name, (into.get(name) ?? 0) + count);
}

const sumOf = (map: ReadonlyMap<string, number>): number =>
  [...map.values()].reduce((sum, one) => sum + one, 0);

function take(played: Played): void {
  const { plan, violations } = played;
  totals.worlds++;
  totals.answers += played.answers;
  totals.mutated += sumOf(played.mutated);
  totals.orders += played.orders;
  totals.fills += played.fills;
  add(sums, played.mutated);
  add(counts, played.counts);
  if (violations.length === 0) return;
  failed.push(plan.seed);
  console.log(`\nseed ${plan.seed} fails: npm run answers -- --seed ${plan.seed}`);
  for (const { invariant, text, at } of violations.slice(0, SHOWN)) {
    console.log(`  invariant ${invariant} at ${new Date(at).toISOString()}: ${text}`);
  }
  const isKept = keptSeeds().includes(plan.seed);
  if (values.seed === undefined && !isKept) appendFileSync(KEPT, `${plan.seed}\n`);
}

/** Seeds that failed once, one a line; they are played first. */
function keptSeeds(): number[] {
  if (!existsSync(KEPT)) return [];
  const lines = readFileSync(KEPT, 'utf8').split('\n');
  return lines.filter((line) => /^\d/.test(line)).map((line) => Number.parseInt(line, 10));
}

/** Sums of a part of each key, largest first. */
function tableOf(part: (key: string) => string): string {
  const found = new Map<string, number>();
  for (const [key, count] of sums) found.set(part(key), (found.get(part(key)) ?? 0) + count);
  return [...found]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${String(count).padStart(7)}  ${name}`)
    .join('\n');
}

const endpointOf = (key: string): string => key.split(' | ')[0] as string;
const kindOf = (key: string): string => key.split(' | ')[1] as string;

async function one(seed: number): Promise<void> {
  const played = await play(planOf(seed));
  take(played);
  for (const line of played.trace) console.log(`  changed  ${line}`);
  for (const line of played.alerts) console.log(`  told  ${line}`);
}

async function many(): Promise<void> {
  const until = performance.now() + Number(values.minutes) * 60_000;
  const from = Number(values.from);
  const least = from + Number(values.seeds);
  const kept = keptSeeds().map((seed): Plan => planOf(seed));
  for (const plan of kept) take(await play(plan));
  for (let seed = from; performance.now() < until; seed++) {
    if (seed >= least && totals.mutated >= Number(values.answers)) break;
    take(await play(planOf(seed)));
    if (seed % 10 === 0) {
      console.log(`${totals.worlds} worlds, ${totals.mutated} changed answers`);
    }
  }
}

const began = performance.now();
if (values.seed === undefined) await many();
else await one(Number(values.seed));

console.log(`\nChanged answers by endpoint:\n${tableOf(endpointOf)}`);
console.log(`\nChanged answers by kind:\n${tableOf(kindOf)}`);
console.log('\nWhat came of it:');
for (const [name, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(`  ${String(count).padStart(7)}  ${name}`);
}
const seconds = ((performance.now() - began) / 1_000).toFixed(0);
console.log(
  `\n${totals.worlds} worlds, ${totals.answers} answers, ${totals.mutated} of them changed ` +
    `(${sums.size} pairs of endpoint and kind), ${totals.orders} orders sent, ` +
    `${totals.fills} executions, ${failed.length} worlds with violations, ` +
    `${totals.rejections} unhandled rejections, ${seconds} s`,
);
process.exit(failed.length > 0 || totals.rejections > 0 ? 1 : 0);
