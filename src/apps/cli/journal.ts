import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readJournal, verifyJournal } from '../../adapters/journal/index.ts';
import { canonical, parseDate } from '../../base/index.ts';
import { type Effect, type Input, type JournalRecord, newState, step } from '../../engine/index.ts';
import { inputsOf, KINDS } from '../fold.ts';
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

interface Difference {
  readonly seq: number;
  readonly date: string;
  readonly found: string | null;
  readonly wanted: string | null;
}

/** `plimsoll replay`: every effect anew from the recorded inputs, compared byte for byte. */
export async function replay(
  given: string,
  options: { json?: boolean; date?: string },
): Promise<number> {
  const folder = folderWithJournal(given);
  const until = options.date === undefined ? null : parseDate(options.date);
  const run = await recordedRun(folder);
  const reader = readJournal(journalPath(folder));
  try {
    const state = newState(run.setup);
    const counts = { inputs: 0, effects: 0, decisions: 0, orders: 0 };
    let difference: Difference | null = null;
    for (const group of groupsOf(reader.read(0))) {
      const effects: Effect[] = [];
      for (const input of group.inputs) effects.push(...step(run.setup, state, input));
      if (until !== null && state.date > until) break;
      counts.inputs += group.inputs.length;
      difference = compare(group, effects, state.date);
      if (difference !== null) break;
      count(counts, effects);
    }
    tell(options, counts, difference);
    return difference === null ? EXIT.ok : EXIT.failed;
  } finally {
    reader.close();
  }
}

interface Group {
  readonly seq: number;
  readonly inputs: readonly Input[];
  readonly effects: readonly { readonly seq: number; readonly body: unknown }[];
}

/** An input record with the effects that follow it. */
function* groupsOf(records: Iterable<JournalRecord>): Generator<Group> {
  let group: { seq: number; inputs: Input[]; effects: { seq: number; body: unknown }[] } | null =
    null;
  for (const record of records) {
    if (record.kind === KINDS.effect) {
      group?.effects.push({ seq: record.seq, body: record.body });
      continue;
    }
    if (group !== null) yield group;
    group = { seq: record.seq, inputs: [...inputsOf(record)], effects: [] };
  }
  if (group !== null) yield group;
}

function compare(group: Group, effects: readonly Effect[], date: string): Difference | null {
  const count = Math.max(effects.length, group.effects.length);
  for (let i = 0; i < count; i++) {
    const recorded = group.effects[i];
    const wanted = recorded === undefined ? null : canonical(recorded.body);
    const effect = effects[i];
    const found = effect === undefined ? null : canonical(effect);
    if (found !== wanted) return { seq: recorded?.seq ?? group.seq, date, found, wanted };
  }
  return null;
}

function count(
  counts: { effects: number; decisions: number; orders: number },
  effects: readonly Effect[],
) {
  counts.effects += effects.length;
  for (const { kind } of effects) {
    if (kind === 'decision') counts.decisions++;
    if (kind === 'submit') counts.orders++;
  }
}

function tell(
  options: { json?: boolean },
  counts: { inputs: number; effects: number; decisions: number; orders: number },
  difference: Difference | null,
): void {
  if (options.json) return say(canonical({ ok: difference === null, ...counts, difference }));
  const { inputs, effects, decisions, orders } = counts;
  say(`Replayed ${inputs} inputs: ${effects} effects, ${decisions} decisions, ${orders} orders`);
  if (difference === null) return say('Every effect is the same, byte for byte');
  say(`First difference at record ${difference.seq}, ${difference.date}:`);
  say(`  now      ${difference.found ?? 'no effect'}`);
  say(`  recorded ${difference.wanted ?? 'no effect'}`);
  return undefined;
}
