import { parseArgs } from 'node:util';
import { seeded } from '../../src/sim/index.ts';
import { configuration } from './configuration.ts';
import { journal } from './journal.ts';
import { strategy } from './strategy.ts';
import type { Target } from './target.ts';

/** `npm run fuzz -- [--target NAME] [--rounds N] [--seed S]`: exits 1 where anything was found. */
const TARGETS: readonly Target[] = [configuration, journal, strategy];
const { values } = parseArgs({
  options: {
    target: { type: 'string' },
    rounds: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});

const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (targets.length === 0) {
  const names = TARGETS.map(({ name }) => name).join(', ');
  throw new Error(`--target "${values.target}": wanted one of ${names}`);
}
for (const { name, fuzz } of targets) {
  const began = performance.now();
  const found = await fuzz(Number(values.rounds), seeded(Number(values.seed)));
  const seconds = (performance.now() - began) / 1_000;
  const rate = Math.round(found.inputs / seconds).toLocaleString('en-US');
  const counts = `${found.inputs} inputs, ${found.refused} refused, ${found.taken} taken`;
  console.log(`${name.padEnd(16)}${counts}, ${found.problems.length} problems (${rate} a second)`);
  for (const problem of found.problems) console.log(`  ${problem}`);
  if (found.problems.length > 0) {
    console.log(`  again: npm run fuzz -- --target ${name} --seed ${values.seed}`);
    process.exitCode = 1;
  }
}
