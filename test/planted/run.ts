import { parseArgs } from 'node:util';
import type { PlantedBug } from './bug.ts';
import { runCheck, runTests, type Verdict } from './check.ts';
import { BUGS } from './table.ts';
import { Workspace } from './workspace.ts';

/**
 * `npm run planted -- [--only TEXT] [--list]`: plants one bug at a time in a copy of the project,
 * and shows which check sees it. Exits 1 where one escapes or a row no longer applies.
 */
const AT_ONCE = 2;
const NAME_COLUMNS = 68;
const ABOUT_COLUMNS = 28;

const { values } = parseArgs({
  options: { only: { type: 'string' }, list: { type: 'boolean', default: false } },
});

const { only } = values;
const bugs = BUGS.filter(({ name }) => only === undefined || name.includes(only));
if (bugs.length === 0) throw new Error(`--only "${only}": no bug has that in its name`);

const columns = ({ name, about }: PlantedBug): string =>
  `${name.padEnd(NAME_COLUMNS)} ${about.padEnd(ABOUT_COLUMNS)}`;

function told(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'caught':
      return verdict.by;
    case 'green':
      return 'ESCAPED';
    case 'broken':
      return `ERROR: ${verdict.why.trim()}`;
  }
}

async function judge(workspace: Workspace, bug: PlantedBug): Promise<Verdict> {
  try {
    return await workspace.with(bug, () => runCheck(workspace.folder, bug.check));
  } catch (error) {
    return { kind: 'broken', why: error instanceof Error ? error.message : String(error) };
  }
}

/** Checks that are red without any bug prove nothing. */
async function proveGreen(workspace: Workspace): Promise<void> {
  const files = bugs.flatMap(({ check }) => (check.kind === 'tests' ? check.files : []));
  const worlds = bugs.flatMap(({ check }) => (check.kind === 'worlds' ? [check] : []));
  const verdicts: Verdict[] = [];
  if (files.length > 0) {
    verdicts.push(await runTests(workspace.folder, [...new Set(files)].sort()));
  }
  if (worlds.length > 0) {
    const seeds = Math.max(...worlds.map((check) => check.seeds));
    const invariants = worlds.flatMap((check) => check.invariants);
    verdicts.push(await runCheck(workspace.folder, { kind: 'worlds', seeds, invariants }));
  }
  const red = verdicts.find(({ kind }) => kind !== 'green');
  if (red !== undefined) throw new Error(`Red without a bug: ${told(red)}`);
}

const counts = { caught: 0, green: 0, broken: 0 };
const queue = [...bugs];

async function work(workspace: Workspace): Promise<void> {
  for (let bug = queue.shift(); bug !== undefined; bug = queue.shift()) {
    const began = performance.now();
    const verdict = await judge(workspace, bug);
    counts[verdict.kind]++;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`${columns(bug)} ${seconds.padStart(6)} s  ${told(verdict)}`);
  }
}

async function run(): Promise<void> {
  const began = performance.now();
  const workspaces = Array.from({ length: Math.min(AT_ONCE, bugs.length) }, () => new Workspace());
  try {
    await proveGreen(workspaces[0] as Workspace);
    await Promise.all(workspaces.map(work));
  } finally {
    for (const workspace of workspaces) workspace.close();
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  const { caught, green, broken } = counts;
  console.log(
    `\n${bugs.length} bugs: ${caught} caught, ${green} escaped, ${broken} errors, ${seconds} s`,
  );
  process.exitCode = green + broken === 0 ? 0 : 1;
}

if (values.list) for (const bug of bugs) console.log(`${columns(bug)} ${bug.file}`);
else await run();
