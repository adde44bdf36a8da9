import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { CrashAnswer, CrashJob } from './crash-worker.ts';
import { choicesAt, crashDay, type CrashPoint, pointsOf } from './crashes.ts';
import { DAY_NAMES, type DayName, SEMANTICS, type Semantics } from './days.ts';
import { keep } from './keep.ts';
import { runPool } from './pool.ts';

const SHOWN = 20; // failures that are printed

const { values } = parseArgs({
  options: {
    depth: { type: 'string', default: '6' },
    day: { type: 'string' },
    semantics: { type: 'string' },
    /** "14:torn,3:none": plays this one state alone. */
    at: { type: 'string' },
    /** Adds the figures to bench/history.jsonl. */
    keep: { type: 'boolean', default: false },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});

interface Coverage {
  readonly points: readonly CrashPoint[];
  states: number;
  failures: number;
}

const days = DAY_NAMES.filter((name) => values.day === undefined || values.day === name);
const kinds = SEMANTICS.filter((one) => values.semantics === undefined || values.semantics === one);

/** Plays the one state that `--at` names, and prints what is violated. */
async function playOne(day: DayName, semantics: Semantics, text: string): Promise<void> {
  const crashes = text.split(',').map((part) => {
    const [point, choice = 'all'] = part.split(':') as [string, string?];
    return { point: Number(point), choice: choice as CrashJob['first']['choice'] };
  });
  const { violations } = await crashDay(day, semantics, crashes);
  for (const one of violations) console.log(`invariant ${one.invariant}: ${one.text}`);
  console.log(`${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

const keyOf = (day: DayName, semantics: Semantics): string => `${day.padEnd(13)} ${semantics}`;

async function coverAll(): Promise<void> {
  const covered = new Map<string, Coverage>();
  for (const day of days) {
    for (const semantics of kinds) {
      const points = await pointsOf(day, semantics);
      covered.set(keyOf(day, semantics), { points, states: 0, failures: 0 });
    }
  }
  function* jobs(): Generator<CrashJob> {
    for (const day of days) {
      for (const semantics of kinds) {
        for (const { number, name } of covered.get(keyOf(day, semantics))?.points ?? []) {
          for (const choice of choicesAt(name)) {
            yield { day, semantics, first: { point: number, choice }, depth: Number(values.depth) };
          }
        }
      }
    }
  }
  const began = performance.now();
  let shown = 0;
  const take = ({ job, states, failures }: CrashAnswer): void => {
    const coverage = covered.get(keyOf(job.day, job.semantics)) as Coverage;
    coverage.states += states;
    coverage.failures += failures.length;
    for (const { crashes, violations } of failures) {
      if (shown++ >= SHOWN) break;
      const at = crashes.map(({ point, choice }) => `${point}:${choice}`).join(',');
      const where = `--day "${job.day}" --semantics ${job.semantics} --at ${at}`;
      console.log(`fails: npm run crash -- ${where}`);
      const [first] = violations;
      console.log(`  invariant ${first?.invariant}: ${first?.text}`);
    }
  };
  await runPool(new URL('crash-worker.ts', import.meta.url), jobs(), Number(values.workers), take);
  tell(covered, (performance.now() - began) / 1_000);
}

function tell(covered: ReadonlyMap<string, Coverage>, seconds: number): void {
  let states = 0;
  let failures = 0;
  console.log('\nday           broker  points  writes requests answers  states  failures');
  for (const [key, one] of covered) {
    const count = (pattern: RegExp) => one.points.filter(({ name }) => pattern.test(name)).length;
    const row = [one.points.length, count(/^writ|^sync/), count(/^ask/), count(/^answered/)];
    const cells = [...row, one.states, one.failures].map((cell) => String(cell).padStart(8));
    console.log(`${key.padEnd(20)}${cells.join('')}`);
    states += one.states;
    failures += one.failures;
  }
  console.log(
    `\n${states} states in ${seconds.toFixed(1)} s, ${failures} of them violate something`,
  );
  if (values.keep) {
    const took = Number(seconds.toFixed(1));
    const met = failures === 0;
    keep('crash', { seconds: took, states, failures, met });
  }
  process.exitCode = failures === 0 ? 0 : 1;
}

if (values.at === undefined) await coverAll();
else await playOne(days[0] as DayName, kinds[0] as Semantics, values.at);
