import { CASES } from './cases.ts';
import { DRIVERS } from './drivers.ts';
import { DRIVER_NAMES } from './kit.ts';
import { type Outcome, play } from './play.ts';

/** `tsx test/contract/broker/run.ts [DRIVER] [CASE]`: what
 * became of each case on each driver, and counts. */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((text) => (DRIVER_NAMES as readonly string[]).includes(text));
  const numbers = args.filter((text) => /^\d+$/.test(text)).map(Number);
  const drivers = DRIVERS.filter(({ name }) => names.length === 0 || names.includes(name));
  const cases = CASES.filter(({ number }) => numbers.length === 0 || numbers.includes(number));
  const counts = new Map(drivers.map(({ name }) => [name, { ok: 0, skip: 0, fail: 0 }]));
  for (const one of cases) {
    console.log(`${String(one.number).padStart(3)} ${one.name} [${one.about}]`);
    const lines = new Map<string, string[]>();
    for (const driver of drivers) {
      const outcome = await play(one, driver);
      (counts.get(driver.name) as Record<Outcome['kind'], number>)[outcome.kind]++;
      const text = textOf(outcome);
      lines.set(text, [...(lines.get(text) ?? []), driver.name]);
    }
    for (const [text, ofThem] of lines) console.log(`      ${ofThem.join(', ')}: ${text}`);
  }
  console.log(`\n${cases.length} cases`);
  let failed = 0;
  for (const [name, { ok, skip, fail }] of counts) {
    failed += fail;
    console.log(`${name.padEnd(16)} ${ok} ok, ${skip} skipped, ${fail} failed`);
  }
  return failed === 0 ? 0 : 1;
}

function textOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'ok':
      return 'ok';
    case 'skip':
      return `skip: ${outcome.reason}`;
    case 'fail':
      return `FAIL: ${outcome.reason}`;
  }
}

process.exitCode = await main(process.argv.slice(2));
