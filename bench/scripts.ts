import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assert } from '../src/base/index.ts';
import type { Figures, Outcome } from './report.ts';

/** What a script of this folder prints, run with this process's own flags. */
function outputOf(script: string): string {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [...process.execArgv, path], {
    encoding: 'utf8',
  });
  assert(status === 0, `"${script}" ended with ${status}: ${stderr}`);
  return stdout;
}

/** Durable groups, grouped records, folds and verification of a journal of a million records. */
export function benchJournal(): Outcome {
  const last = outputOf('journal.ts').trim().split('\n').at(-1) ?? '';
  const { bench: _, ...figures } = JSON.parse(last) as Record<string, number | string>;
  return {
    figures,
    goals: [
      { figure: 'appendP50Ms', bound: 'at most', value: 1 },
      { figure: 'appendP99Ms', bound: 'at most', value: 5 },
      { figure: 'foldWithChainMs', bound: 'at most', value: 3_000 },
    ],
  };
}

const LINE = /^CSV, stamps (.+): ([\d.]+) M rows\/s, ([\d.]+) x/;

/** Reading of a million bars as CSV, stamps in UTC and with an offset. */
export function benchParseCsv(): Outcome {
  const figures: Record<string, number> = {};
  for (const line of outputOf('parse-csv.ts').split('\n')) {
    const match = LINE.exec(line);
    if (!match) continue;
    const kind = match[1] === 'in UTC' ? 'utc' : 'offset';
    figures[`${kind}MillionRowsPerSecond`] = Number(match[2]);
    figures[`${kind}TimesBareLoop`] = Number(match[3]);
  }
  assert(Object.keys(figures).length === 4, '"parse-csv.ts" printed other lines than expected');
  return { figures: figures satisfies Figures, goals: [] };
}
