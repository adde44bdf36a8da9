import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../source.ts';
import { campaign, newTallies, type Tallies, wholeRun } from './campaign.ts';

/**
 * Kills the built program at named points and at random, and compares what it comes to with runs
 * that were left alone. Run: npm run kill -- [--cycles N] [--seed S] [--jobs N] [--keep] [--leave]
 * `--keep` adds a line to bench/history.jsonl, `--leave` leaves the folders for a look.
 */
const CYCLES = 324;
const CYCLES_EACH = 27; // of one desk
const TO = '2023-04-21';

function given(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name}: wanted a whole number above 0`);
}

const has = (name: string): boolean => process.argv.includes(`--${name}`);

async function main(): Promise<number> {
  const [cycles, seed, jobs] = [given('cycles', CYCLES), given('seed', 1), given('jobs', 2)];
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kill-'));
  const began = performance.now();
  const whole = await wholeRun(join(folder, 'whole'), TO);
  console.log(`Left alone: ${whole.orders.length} orders, digest ${whole.outcome.digest}`);
  const tallies = newTallies();
  const killing = performance.now();
  const left = Array.from({ length: Math.ceil(cycles / CYCLES_EACH) }, (_, i) => seed + i);
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      const own = { folder: join(folder, `${one}`), seed: one, cycles: CYCLES_EACH, to: TO };
      await campaign({ ...own, tallies }, whole);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const seconds = (performance.now() - killing) / 1_000;
  const figures = tell(tallies, { seconds, orders: whole.orders.length, seed });
  console.log(`Whole: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  if (!has('leave')) rmSync(folder, { recursive: true, force: true });
  else console.log(folder);
  if (has('keep')) keep(figures);
  return figures.violations === 0 ? 0 : 1;
}

function tell(
  tallies: Tallies,
  { seconds, orders, seed }: { seconds: number; orders: number; seed: number },
) {
  const sum = { cycles: 0, kills: 0, violations: 0 };
  console.log(`${'point'.padEnd(18)}${'cycles'.padStart(8)}${'kills'.padStart(8)}  violations`);
  for (const [point, { cycles, kills, violations }] of Object.entries(tallies)) {
    const cells = [`${cycles}`.padStart(8), `${kills}`.padStart(8)];
    console.log(`${point.padEnd(18)}${cells.join('')}${`${violations.length}`.padStart(12)}`);
    if (point !== 'at the end') sum.cycles += cycles;
    sum.kills += kills;
    sum.violations += violations.length;
  }
  for (const { violations } of Object.values(tallies)) {
    for (const text of violations) console.log(`VIOLATION ${text}`);
  }
  const cyclesPerSecond = Number((sum.cycles / seconds).toFixed(3));
  console.log(`${sum.cycles} cycles, ${sum.kills} kills, ${cyclesPerSecond} cycles/s`);
  return { ...sum, cyclesPerSecond, seconds: Number(seconds.toFixed(1)), orders, seed };
}

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

function keep(figures: Readonly<Record<string, number>>): void {
  const changed = git('status', '--porcelain') !== '';
  const commit = git('rev-parse', '--short', 'HEAD') + (changed ? '+changes' : '');
  const found = { kill: { ...figures, met: figures['violations'] === 0 } };
  const line = { date: new Date().toISOString(), commit, node: process.version, found };
  appendFileSync(join(ROOT, 'bench/history.jsonl'), `${JSON.stringify(line)}\n`);
}

process.exitCode = await main();
