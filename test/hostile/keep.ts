import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Figures } from '../../bench/report.ts';

const HISTORY = new URL('../../bench/history.jsonl', import.meta.url);

/** Adds what a run of `name` found as one line to the history of all benchmarks. */
export function keep(name: string, figures: Figures): void {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const git = (...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain') !== '';
  const commit = git('rev-parse', '--short', 'HEAD') + (changed ? '+changes' : '');
  const found = { [name]: figures };
  const line = { date: new Date().toISOString(), commit, node: process.version, found };
  appendFileSync(HISTORY, `${JSON.stringify(line)}\n`);
}
