import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../load.ts';
import { writeDesk } from './init.ts';
import { say } from './print.ts';
import { runDesk } from './run.ts';
import { places } from './steps.ts';

const MARK = '.plimsoll-demo';
const FROM = '2017-10-02';
const TO = '2018-05-11';

/** `plimsoll demo`: half a year of real Apple prices, traded on paper, journaled, and reported. */
export async function demo(given: string): Promise<number> {
  const folder = resolve(given);
  if (existsSync(folder)) {
    if (!existsSync(join(folder, MARK))) {
      throw new UsageError(`Folder "${given}" is there, and is not a demonstration desk`);
    }
    rmSync(folder, { recursive: true });
  }
  writeDesk(folder);
  writeFileSync(join(folder, MARK), 'Made by "plimsoll demo", which makes it anew each time.\n');
  mkdirSync(join(folder, 'reports'));
  const report = join(folder, 'reports', 'report.html');
  say('A strategy of its own, real recorded prices of Apple, the built-in broker, one journal.');
  say();
  const code = await runDesk(folder, {
    until: 'run',
    stage: 'paper',
    bars: [],
    set: [],
    from: FROM,
    to: TO,
    feed: 'replay',
    speed: 'max',
    report,
  });
  say();
  for (const line of places(folder)) say(line);
  say();
  say(`Ask it:  npx plimsoll why AAPL 2018-02-06 ${given}`);
  say(`         npx plimsoll replay ${given}`);
  say(`         npx plimsoll journal verify ${given}`);
  return code;
}
