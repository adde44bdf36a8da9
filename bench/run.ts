import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Figures, meets, type Outcome, table } from './report.ts';

/**
 * Runs benchmarks, each in a process of its own: a cold start is cold, none warms another's code.
 * Run: npm run bench -- [NAME...] [--json] [--keep]
 * `--json` prints one object as the last line: the figures of the one benchmark named, or an object
 * of them by name. `--keep` adds a line to bench/history.jsonl. See README.md for the workloads.
 */
const BENCHES: Readonly<Record<string, () => Promise<() => Outcome | Promise<Outcome>>>> = {
  sma: async () => (await import('./sma.ts')).benchSma,
  rebalance: async () => (await import('./rebalance.ts')).benchRebalance,
  'durable-step': async () => (await import('./durable-step.ts')).benchDurableStep,
  'quote-to-order': async () => (await import('./quote-to-order.ts')).benchQuoteToOrder,
  'quote-flood': async () => (await import('./quote-flood.ts')).benchQuoteFlood,
  recovery: async () => (await import('./recovery.ts')).benchRecovery,
  'daily-run': async () => (await import('./cli.ts')).benchDailyRun,
  'hav-10y': async () => (await import('./cli.ts')).benchHav10y,
  version: async () => (await import('./cli.ts')).benchVersion,
  ticks: async () => (await import('./ticks.ts')).benchTicks,
  commands: async () => (await import('./commands.ts')).benchCommands,
  journal: async () => (await import('./scripts.ts')).benchJournal,
  'parse-csv': async () => (await import('./scripts.ts')).benchParseCsv,
};

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Figures of one benchmark, with whether all its goals were met. */
async function runHere(name: string): Promise<Figures> {
  const bench = await BENCHES[name]?.();
  if (bench === undefined) throw new Error(`No benchmark "${name}"`);
  const outcome = await bench();
  console.log(table(name, outcome));
  const met = outcome.goals.every((goal) => meets(outcome.figures, goal));
  return { ...outcome.figures, met };
}

/** The same in a fresh process, whose table goes to our own output. */
function runApart(name: string): Figures {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), name, '--json', '--here'];
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio });
  if (status !== 0) {
    console.log(`${name}\n  failed`);
    return { met: false, failed: true };
  }
  const lines = stdout.trimEnd().split('\n');
  const last = lines.pop() ?? '';
  console.log(lines.join('\n'));
  return JSON.parse(last) as Figures;
}

function keep(found: Readonly<Record<string, Figures>>): void {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: HERE, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain') !== '';
  const commit = git('rev-parse', '--short', 'HEAD') + (changed ? '+changes' : '');
  const line = { date: new Date().toISOString(), commit, node: process.version, found };
  appendFileSync(`${HERE}history.jsonl`, `${JSON.stringify(line)}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const options = args.filter((arg) => arg.startsWith('--'));
  const given = args.filter((arg) => !arg.startsWith('--'));
  const unknown = [
    ...options.filter((option) => !['--json', '--keep', '--here'].includes(option)),
    ...given.filter((name) => !Object.hasOwn(BENCHES, name)),
  ];
  if (unknown.length > 0) {
    console.error(
      `"${unknown.join('", "')}" is not known. Names: ${Object.keys(BENCHES).join(' ')}`,
    );
    return 2;
  }
  const names = given.length > 0 ? given : Object.keys(BENCHES);
  const found: Record<string, Figures> = {};
  for (const name of names) {
    found[name] = options.includes('--here') ? await runHere(name) : runApart(name);
  }
  if (options.includes('--keep')) keep(found);
  const [only] = names;
  if (options.includes('--json')) {
    console.log(JSON.stringify(names.length === 1 && only !== undefined ? found[only] : found));
  }
  return Object.values(found).some((figures) => figures['failed'] === true) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
