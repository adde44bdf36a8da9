import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KIND_NAMES, worldOf } from './plan.ts';
import { backtested, differences, replayed } from './same.ts';
import { schwabRun } from './schwab.ts';
import type { DeskName } from './terms.ts';
import { timed } from './timing.ts';
import { type Outcome, play, type WorldTerms } from './world.ts';

/**
 * Whole runs of real desks against the paper broker as a process of its own, with faults by seed,
 * kills and a quiet phase, held against the broker's truth. Run: npm run live -- [--seeds N]
 * [--seed S] [--jobs N] [--only TEXT]. PLIMSOLL_LIVE_KEEP=1 leaves the folders for a look.
 */
const DESKS: readonly DeskName[] = ['hierarchical-adaptive', 'ma-crossover'];
const KILLS = 4;

function given(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name}: wanted a whole number above 0`);
}

function only(): string {
  const at = process.argv.indexOf('--only');
  return at < 0 ? '' : (process.argv[at + 1] ?? '');
}

/** Every kind on every desk, and those with faults killed as well; one seed after the other. */
function plan(seeds: number, first: number): WorldTerms[] {
  const worlds: WorldTerms[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    for (const desk of DESKS) {
      for (const kind of KIND_NAMES) worlds.push(worldOf(desk, kind, seed));
      for (const kind of ['calm', 'faults', 'everything']) {
        worlds.push(worldOf(desk, kind, seed, { kills: KILLS }));
      }
    }
  }
  return worlds.filter(({ name }) => name.includes(only()));
}

const COLUMNS = ['requests', 'orders', 'fills', 'lives', 'kills', 'missed', 'fill s', 'recon s'];
const line = (name: string, cells: readonly (string | number)[]): string =>
  `${name.padEnd(30)}${cells.map((cell) => `${cell}`.padStart(10)).join('')}`;

function tell(name: string, found: Outcome): void {
  const { history, truth, requests, kills, violations, seconds } = found;
  const missed = history.decisions.filter(({ action }) => action === 'missed').length;
  const cells = [requests, truth.orders.length, truth.executions.length, history.lives, kills];
  const times = [found.slowestFillMs, found.slowestRecoveryMs].map((ms) => (ms / 1_000).toFixed(1));
  const rest = [violations.length, seconds.toFixed(1), history.halt.slice(0, 9)];
  console.log(line(name, [...cells, missed, ...times, ...rest]));
  for (const text of violations) console.log(`VIOLATION ${name}: ${text}`);
}

/** The run without faults decides what the backtest and the replay of the same bars decide. */
async function same(desk: DeskName): Promise<number> {
  const world = worldOf(desk, 'calm', 1);
  const dates = { from: world.venue.from, to: world.quietTo };
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-live-'));
  const isDaily = desk === 'hierarchical-adaptive';
  const live = (await play(world)).history;
  const others = [
    ['backtest', await backtested(desk, dates)],
    ['replay', await replayed(desk, folder, dates)],
  ] as const;
  rmSync(folder, { recursive: true, force: true });
  let wrong = 0;
  for (const [name, course] of others) {
    const different = differences(live, course, isDaily);
    const count = live.decisions.length;
    console.log(`${desk}, ${count} decisions against the ${name}: ${different.length} differ`);
    for (const text of different) console.log(`VIOLATION ${text}`);
    wrong += different.length;
  }
  return wrong;
}

/** Two weeks on Schwab's quotes, below live: no request that concerns an order or an account. */
async function schwab(): Promise<number> {
  let wrong = 0;
  for (const stage of ['dry-run', 'paper'] as const) {
    const found = await schwabRun({ stage, from: '2012-10-01', to: '2012-10-12' });
    const { requests, forbidden, history } = found;
    const counts = `${requests} requests, ${history.decisions.length} decisions`;
    console.log(`Schwab ${stage}: ${counts}, ${forbidden.length} that concern orders`);
    for (const text of [...forbidden, ...history.wrong]) console.log(`VIOLATION ${text}`);
    wrong += forbidden.length + history.wrong.length;
  }
  return wrong;
}

async function told(): Promise<void> {
  try {
    const { onceMs, flattenMs } = await timed();
    const [once, flatten] = [onceMs, flattenMs].map((ms) => `${Math.round(ms)} ms`);
    console.log(
      `One daily run: ${once}, flatten: ${flatten} (process start to end, goal 2 s each)`,
    );
  } catch (error) {
    console.log(`Not timed: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
}

async function main(): Promise<number> {
  const left = plan(given('seeds', 1), given('seed', 1));
  const sum = { worlds: left.length, wrong: 0, requests: 0, kills: 0 };
  console.log(line('world', [...COLUMNS, 'wrong', 'wall s', 'halt']));
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const { name } = one;
      try {
        const found = await play(one);
        tell(name, found);
        sum.wrong += found.violations.length;
        sum.requests += found.requests;
        sum.kills += found.kills;
      } catch (error) {
        sum.wrong++;
        console.log(`VIOLATION ${name}: ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: given('jobs', 2) }, work));
  if (only() === '') {
    for (const desk of DESKS) sum.wrong += await same(desk);
    sum.wrong += await schwab();
    await told();
  }
  const { worlds, wrong, requests, kills } = sum;
  console.log(`${worlds} worlds, ${requests} requests, ${kills} kills, ${wrong} violations`);
  return wrong === 0 ? 0 : 1;
}

process.exitCode = await main();
