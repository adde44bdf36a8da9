import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readJournal, verifyJournal } from '../../adapters/journal/index.ts';
import { canonical, parseDate } from '../../base/index.ts';
import { type Replayed, replayRun } from '../../proof/index.ts';
import { deskPath } from '../load.ts';
import { recordedRun } from '../recorded-run.ts';
import { journalPath } from '../wire.ts';
import { EXIT, Refused } from './exit.ts';
import { folderWithJournal } from './look.ts';
import { say } from './print.ts';

/** `plimsoll journal verify`. */
export async function verify(given: string, options: { json?: boolean }): Promise<number> {
  const path = given.endsWith('.db') ? given : journalPath(dirname(resolve(deskPath(given))));
  if (!existsSync(dirname(path)) || !statSync(dirname(path)).isDirectory()) {
    throw new Refused(`Desk "${given}" has no journal yet`);
  }
  const result = verifyJournal(path);
  if (options.json) say(canonical(result));
  else if (result.ok) {
    say(`Sound: ${result.records} records, head ${result.head.hash}`);
    for (const line of result.notes) say(`  ${line}`);
  } else {
    const { seq, reason, found, wanted } = result;
    say(`Damaged at record ${seq}: ${reason}`);
    say(`  found  ${found}`);
    say(`  wanted ${wanted}`);
  }
  return result.ok ? EXIT.ok : EXIT.failed;
}

/** `plimsoll replay`: every effect anew from the recorded inputs, compared byte for byte. */
export async function replay(
  given: string,
  options: { json?: boolean; date?: string },
): Promise<number> {
  const folder = folderWithJournal(given);
  const until = options.date === undefined ? null : parseDate(options.date);
  const { setup } = await recordedRun(folder);
  const reader = readJournal(journalPath(folder));
  try {
    const replayed = replayRun(setup, reader.read(0), until);
    tell(replayed, options);
    return replayed.difference === null ? EXIT.ok : EXIT.failed;
  } finally {
    reader.close();
  }
}

function tell(replayed: Replayed, { json }: { json?: boolean }): void {
  const { difference, ...counts } = replayed;
  if (json) return say(canonical({ ok: difference === null, ...counts, difference }));
  const { inputs, effects, decisions, orders } = counts;
  say(`Replayed ${inputs} inputs: ${effects} effects, ${decisions} decisions, ${orders} orders`);
  if (difference === null) return say('Every effect is the same, byte for byte');
  say(`First difference at record ${difference.seq}, ${difference.date}:`);
  say(`  now      ${difference.found ?? 'no effect'}`);
  return say(`  recorded ${difference.wanted ?? 'no effect'}`);
}
