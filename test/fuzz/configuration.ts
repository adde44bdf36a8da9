import { canonical } from '../../src/base/index.ts';
import { OPTIONS, SAMPLE_DESK } from '../../src/apps/config/desk.fixture.ts';
import { type ConfigError, parseDesk } from '../../src/apps/config/index.ts';
import type { Random } from '../../src/sim/index.ts';
import { below, type Fuzzed, pick, Tally, type Target } from './target.ts';

/** A change to the sample desk, and whether it may be taken as another desk. */
interface Change {
  readonly what: string;
  readonly text: string;
  /** `refused`: must not be taken; `same`: must mean the same desk; `any`: must not crash. */
  readonly wanted: 'refused' | 'same' | 'any';
}

const LINES = SAMPLE_DESK.split('\n');
const KEYED = LINES.flatMap((line, i) => (/^ *(- )?[a-z_]+:/.test(line) ? [i] : []));
/** Figures of the file that carry a unit: not seeds, versions, dates or parameters. */
const FIGURE = /^( *)([a-z_]+_(?:pct|pct_max|pct_min|bps|minutes|seconds|max|share)): ([\d.]+)$/;
const FIGURES = LINES.flatMap((line, i) => (FIGURE.test(line) ? [i] : []));
const WORDS = [
  '',
  'null',
  'yes',
  '~',
  '-1',
  '.inf',
  '.nan',
  '1e400',
  '[]',
  '{}',
  '"5%"',
  '!!js',
  '*a',
];

const withLine = (i: number, line: string): string =>
  LINES.map((one, at) => (at === i ? line : one)).join('\n');

function mutated(random: Random): Change {
  const i = pick(random, KEYED);
  const line = LINES[i] as string;
  const what = `line ${i + 1} "${line.trim()}"`;
  switch (below(random, 7)) {
    case 0: {
      const key = /[a-z_]+/.exec(line) as RegExpExecArray;
      const at = key.index + 1 + below(random, Math.max(1, key[0].length - 1));
      const typo = line.slice(0, at) + pick(random, ['x', 'q', '_']) + line.slice(at);
      return { what: `${what}: key misspelt`, text: withLine(i, typo), wanted: openKey(i) };
    }
    case 1:
      return { what: `${what}: doubled`, text: withLine(i, `${line}\n${line}`), wanted: 'any' };
    case 2: {
      const f = pick(random, FIGURES);
      const [, indent, key, figure] = FIGURE.exec(LINES[f] as string) as RegExpExecArray;
      const by = pick(random, [100, 0.01]);
      const text = withLine(f, `${indent}${key}: ${Number(figure) * by}`);
      return { what: `line ${f + 1} "${key}" times ${by} (F084)`, text, wanted: unitSlip(f) };
    }
    case 3:
      return {
        what: `${what}: value replaced`,
        text: withLine(i, line.replace(/:.*/, `: ${pick(random, WORDS)}`)),
        wanted: 'any',
      };
    case 4:
      return { what: `${what}: comment`, text: withLine(i, `${line} # as it was`), wanted: 'same' };
    case 5: {
      const at = below(random, SAMPLE_DESK.length);
      const text = SAMPLE_DESK.slice(0, at) + SAMPLE_DESK.slice(at + 1);
      return { what: `character ${at} left out`, text, wanted: 'any' };
    }
    default: {
      const at = below(random, SAMPLE_DESK.length);
      const strange = pick(random, [
        '\t',
        '\u0000',
        '\u202e',
        ':',
        '#',
        '- ',
        '\n',
        '"',
        '9',
        '&a ',
      ]);
      const text = SAMPLE_DESK.slice(0, at) + strange + SAMPLE_DESK.slice(at);
      return { what: `"${escape(strange)}" put in at ${at}`, text, wanted: 'any' };
    }
  }
}

/** Symbols and an owner's parameters are open sets: a misspelt one may be another one. */
const openKey = (i: number): Change['wanted'] => {
  const params = LINES.findIndex((line) => line.trim() === 'params:');
  return i > params && i <= params + 4 ? 'any' : 'refused';
};

/** Caps in dollars and counts have wide ranges; a percentage a hundred times off never passes. */
const unitSlip = (f: number): Change['wanted'] =>
  /_pct|_bps/.test(LINES[f] as string) && !/risk_percent/.test(LINES[f] as string)
    ? 'refused'
    : 'any';

const isWhole = ({ path, found, wanted }: ConfigError): boolean =>
  path.length > 0 && typeof found === 'string' && wanted.length > 0;

function fuzzConfiguration(rounds: number, random: Random): Fuzzed {
  const tally = new Tally();
  const sample = canonical(deskOrThrow());
  for (let round = 0; round < rounds; round++) {
    const { what, text, wanted } = mutated(random);
    try {
      const result = parseDesk(text, OPTIONS);
      if (!result.ok) {
        const vague = result.error.find((error) => !isWhole(error));
        if (vague) tally.problem(`${what}: a vague error ${JSON.stringify(vague)}`);
        else if (wanted === 'same') tally.problem(`${what}: refused, yet it means the same`);
        else tally.refused();
      } else if (wanted === 'refused') tally.problem(`${what}: taken`);
      else if (wanted === 'same' && canonical(result.value) !== sample) {
        tally.problem(`${what}: taken as another desk`);
      } else tally.taken();
    } catch (error) {
      tally.problem(`${what}: threw ${String(error)}`);
    }
  }
  return tally.found;
}

function deskOrThrow(): unknown {
  const result = parseDesk(SAMPLE_DESK, OPTIONS);
  if (!result.ok) throw new Error('The sample desk is refused');
  return result.value;
}

export const configuration: Target = { name: 'configuration', fuzz: fuzzConfiguration };
