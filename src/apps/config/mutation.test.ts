import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { deskOf, edited, errorsIn, OPTIONS, SAMPLE_DESK } from './desk.fixture.ts';
import { deskHash, deskJsonSchema } from './explain.ts';
import type { ConfigError } from './error.ts';
import { plainOf } from './env.ts';
import { parseDesk } from './parse.ts';
import { readConfig } from './read.ts';

/* F083 and F084: whatever slip of the pen is made in the sample, it is refused by name. */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = (string | number)[];

function sampleTree(): Json {
  const read = readConfig(SAMPLE_DESK, 'desk.yaml');
  if (!read.ok) throw new Error('The sample does not read');
  return JSON.parse(JSON.stringify(plainOf(read.value, {}).value)) as Json;
}

/** Paths of all values below `value`, lists' items too, parents first. */
function pathsIn(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return keys.flatMap((key) => {
    const here = [...path, key];
    return [here, ...pathsIn((value as Record<string, Json>)[key] as Json, here)];
  });
}

const PATHS = pathsIn(sampleTree());
const at = (tree: Json, path: Path): Json =>
  path.reduce<Json>((inner, key) => (inner as Record<string, Json>)[key] as Json, tree);

/** The sample, changed, as YAML. */
function changed(path: Path, change: (parent: Record<string, Json>, key: string) => void): string {
  const tree = sampleTree();
  change(at(tree, path.slice(0, -1)) as Record<string, Json>, String(path.at(-1)));
  return stringify(tree);
}

const names = (errors: readonly ConfigError[], path: Path): boolean =>
  errors.some(({ key }) => key === path.join('.') || key.startsWith(`${path.join('.')}.`));

/** Paths for `test.each`, each behind its text. */
const titled = (paths: readonly Path[]) => paths.map((path) => [path.join('.'), path] as const);

const VALUES: Json[] = ['x', 1.5, true, null, [], [1], {}, { x: 1 }];
const kindOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;

const SAME = deskHash(deskOf(SAMPLE_DESK));

test('the sample survives being written anew, so that a change is the only change', () => {
  expect(deskHash(deskOf(stringify(sampleTree())))).toBe(SAME);
});

describe('F083: a typing error', () => {
  const keys = titled(PATHS.filter((path) => typeof path.at(-1) === 'string'));

  test.each(keys)('in the key %s is refused by the name that was typed', (_, path) => {
    const key = String(path.at(-1));
    const typed = [key.slice(1), key.slice(0, -1), `${key}x`, `${key[0]}${key}`, `x_${key}`];
    const passed = typed.filter((wrong) => {
      const text = changed(path, (parent, name) => {
        parent[wrong] = parent[name] as Json;
        delete parent[name];
      });
      return !names(errorsIn(text), [...path.slice(0, -1), wrong]);
    });
    // A misspelt symbol may be a symbol: then whoever needs the right one complains, if anybody.
    const isSymbol = path.length === 2 && path[0] === 'data';
    expect(passed.filter((wrong) => !(isSymbol && /^[A-Z]{1,5}$/.test(wrong)))).toEqual([]);
  });

  test.each(keys)('that gives %s a value of another type is refused by its name', (_, path) => {
    const right = at(sampleTree(), path);
    // The path of a file may stand for any data.
    const isData = path[0] === 'data' && path.length === 2;
    const passed = VALUES.filter((wrong) => {
      if (kindOf(wrong) === kindOf(right) || (isData && typeof wrong === 'string')) return false;
      const text = changed(path, (parent, name) => {
        parent[name] = wrong;
      });
      const result = parseDesk(text, OPTIONS);
      return result.ok ? deskHash(result.value) !== SAME : !names(result.error, path);
    });
    expect(passed).toEqual([]);
  });

  const SINGLE_LINE = /^(\s*(?:- )?)([a-zA-Z_]+): .+$/;
  const lines = SAMPLE_DESK.split('\n');
  const single = [...lines.keys()].filter((i) => SINGLE_LINE.test(lines[i] as string));

  test.each(single.map((i) => [lines[i] as string, i] as const))(
    'that doubles the line "%s" is refused where it stands the second time',
    (line, i) => {
      const [, indent = '', key = ''] = SINGLE_LINE.exec(line) ?? [];
      const twin = line.replace('- ', '  ');
      const text = [...lines.slice(0, i + 1), twin, ...lines.slice(i + 1)].join('\n');
      const [error, ...others] = errorsIn(text);
      expect(others).toEqual([]);
      expect(error).toMatchObject({ line: i + 2, column: indent.length + 1 });
      expect(error?.key.endsWith(key)).toBe(true);
    },
  );

  test.each(single.map((i) => [lines[i] as string, i] as const))(
    'in the value of "%s" is told with its line and column',
    (line, i) => {
      const start = line.indexOf(': ') + 2;
      const text = [
        ...lines.slice(0, i),
        `${line.slice(0, start)}[[]]`,
        ...lines.slice(i + 1),
      ].join('\n');
      const places = errorsIn(text).map((error) => `${error.line}:${error.column}`);
      expect(places).toContain(`${i + 1}:${start + 1}`);
    },
  );

  const OPTIONAL = [
    'benchmark', 'simulator', 'execution', 'data_checks',
    'approvals', 'reconcile', 'crossing', 'capital_rule',
  ]; // prettier-ignore
  const needed = PATHS.filter(([first, ...rest]) =>
    first === 'limits' ? true : rest.length === 0 && !OPTIONAL.includes(String(first)),
  );

  test.each(titled(needed))('that loses %s is refused: it has no default', (_, path) => {
    const text = changed(path, (parent, name) => {
      delete parent[name];
    });
    expect(names(errorsIn(text), path)).toBe(true);
  });

  test('of one character anywhere ends in a desk or in errors with places', () => {
    const characters = fc.oneof(
      fc.constantFrom(...':-{}[],&*!|>\'"%@`#?~ \t\n0.5ae$'),
      fc.string({ minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.nat(SAMPLE_DESK.length - 1), fc.nat(2), characters, (place, kept, typed) => {
        const text = `${SAMPLE_DESK.slice(0, place)}${typed}${SAMPLE_DESK.slice(place + kept)}`;
        const count = text.split('\n').length;
        for (const error of errorsIn(text)) {
          expect(error.line).toBeGreaterThan(0);
          expect(error.line).toBeLessThanOrEqual(count);
          expect(error.column).toBeGreaterThan(0);
          expect(error.found).not.toBe('');
          expect(error.wanted).not.toBe('');
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('in several places at once is told for each of them', () => {
    const figures = PATHS.filter((path) => typeof at(sampleTree(), path) === 'number');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...figures), { minLength: 1, maxLength: 12 }),
        (paths) => {
          const tree = sampleTree();
          for (const path of paths)
            (at(tree, path.slice(0, -1)) as Record<string, Json>)[String(path.at(-1))] = 'x';
          const errors = errorsIn(stringify(tree));
          expect(paths.filter((path) => !names(errors, path))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Smallest and largest value that the published schema gives to keys of a name. */
function documentedRange(key: string): { minimum: number; maximum: number } {
  const ranges: { minimum: number; maximum: number }[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const record = node as Record<string, unknown>;
    const range = (record['properties'] as Record<string, never> | undefined)?.[key];
    if (range) ranges.push(range);
    Object.values(record).forEach(walk);
  };
  walk(deskJsonSchema());
  return ranges[0] ?? { minimum: Number.NaN, maximum: Number.NaN };
}

describe('F084: percent for a fraction, a fraction for percent', () => {
  const figures = PATHS.filter((path) => /_pct(?:_|$)|_percent$/.test(String(path.at(-1))));

  test('concerns every percentage of the sample', () => {
    expect(figures.length).toBe(26);
  });

  test.each(titled(figures))('%s times or by 100 is refused by its name', (_, path) => {
    const right = at(sampleTree(), path) as number;
    const { minimum, maximum } = documentedRange(String(path.at(-1)));
    expect(right >= minimum && right <= maximum).toBe(true);
    const passed = [right * 100, right / 100].filter((wrong) => {
      const text = changed(path, (parent, name) => {
        parent[name] = wrong;
      });
      return !names(errorsIn(text), path);
    });
    expect(passed).toEqual([]);
  });

  test.each(titled(figures))('%s outside of its documented range is refused', (_, path) => {
    const { minimum, maximum } = documentedRange(String(path.at(-1)));
    for (const wrong of [minimum - 0.01, maximum + 0.01, -1000, 1e9]) {
      const text = changed(path, (parent, name) => {
        parent[name] = wrong;
      });
      expect(names(errorsIn(text), path)).toBe(true);
    }
  });

  test.each([
    ['position_pct_max: 90', 'position_pct_max: 0.9', '90'],
    ['cash_reserve_pct_min: 5', 'cash_reserve_pct_min: 0.05', '5'],
    ['daily_loss_pct_max: 4', 'daily_loss_pct_max: 0.02', '2'],
    ['capital_pct: 60', 'capital_pct: 0.6', '60'],
    ['volatility_pct: 18', 'volatility_pct: 0.18', '18'],
    ['rejection_pct: 2', 'rejection_pct: 0.05', '5'],
    ['slippage_pct: 0.1', 'slippage_pct: 0.001', '0.1'],
    ['fee_pct: 0.2', 'fee_pct: 0.001', '0.1'],
    ['slippage_exceeded_pct: 0.5', 'slippage_exceeded_pct: 0.005', '0.5'],
    ['stop_loss_pct: 7', 'stop_loss_pct: 0.07', '7'],
    ['drift_pct_max: 0.8', 'drift_pct_max: 0.008', '0.8'],
    ['share_pct: 25', 'share_pct: 0.25', '25'],
  ])('%s written as %s is suggested to be %s', (from, to, suggestion) => {
    expect(errorsIn(edited(from, to))[0]).toMatchObject({ suggestion });
  });
});
