import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { builtinStrategies } from '../../strategies/index.ts';
import type { Desk } from './desk.ts';
import { formatConfigErrors } from './error.ts';
import { describeDesk } from './explain.ts';
import { deskFile, parseDesk } from './parse.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLES = readdirSync(`${ROOT}examples`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(`${ROOT}examples/${entry.name}/desk.yaml`))
  .map((entry) => entry.name);

const read = (name: string, file: string): string =>
  readFileSync(`${ROOT}examples/${name}/${file}`, 'utf8');

function desk(name: string, sets: readonly string[] = []): Desk {
  const path = `${ROOT}examples/${name}/desk.yaml`;
  const strategies = { builtIn: builtinStrategies };
  const result = parseDesk(read(name, 'desk.yaml'), { path, env: {}, strategies, sets });
  if (!result.ok) throw new Error(formatConfigErrors(result.error));
  return result.value;
}

/** Values of `--set` in the commands of a README, without the quotes of the shell. */
const setsIn = (text: string): string[] =>
  [...text.matchAll(/--set (?:'([^']+)'|(\S+))/g)].map((match) => match[1] ?? match[2] ?? '');

test('there is an example of each kind', () => {
  const names = ['hierarchical-adaptive', 'ma-crossover', 'momentum', 'tick-engine', 'trend-vix'];
  expect(EXAMPLES).toEqual(expect.arrayContaining(names));
});

describe.each(EXAMPLES)('the example %s', (name) => {
  test('is proven, has the name of its folder and a hundred thousand dollars', () => {
    expect(desk(name)).toMatchObject({ name, capital: 100_000_000_000 });
    expect(describeDesk(desk(name)).length).toBeGreaterThan(10);
  });

  test('says that its prices are invented, when they are', () => {
    const isInvented = Object.values(desk(name).data).some(({ kind }) => kind === 'synthetic');
    expect(read(name, 'desk.yaml').includes('# Invented prices')).toBe(isInvented);
    expect(read(name, 'README.md').includes('invented')).toBe(isInvented);
  });

  test('has a README with a command to run it, and others that work', () => {
    const readme = read(name, 'README.md');
    expect(readme).toContain(
      `npx plimsoll backtest examples/${name}/desk.yaml --report report.html`,
    );
    for (const set of setsIn(readme)) desk(name, [set]);
  });

  test('brings the files it names', () => {
    const one = desk(name);
    const files = one.books.flatMap(({ origin }) =>
      origin.kind === 'signals' ? [origin.file] : [],
    );
    expect(files.filter((file) => !existsSync(deskFile(one, file)))).toEqual([]);
  });
});

test('the example of HAV lets the strategy be fully invested in a fund of three times', () => {
  const { books, simulator } = desk('hierarchical-adaptive');
  expect(simulator).toMatchObject({
    fill: 'close',
    costs: { slippagePpm: 1_000, feePerShare: 10_000 },
  });
  expect(books).toMatchObject([
    {
      sizing: 'changed-targets',
      schedule: { anchor: 'close', offsetMs: -300_000 },
      limits: { positionPctMax: 100, cashReservePctMin: 0, leverageMax: 3 },
    },
  ]);
});
