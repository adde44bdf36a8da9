import { join } from 'node:path';
import { readJournal } from '../adapters/journal/index.ts';
import { BadInput } from '../base/index.ts';
import type { Setup, StartInput } from '../engine/index.ts';
import { recordOf } from './backtest.ts';
import type { Desk } from './config/index.ts';
import { definitionsOf } from './load.ts';
import { type Definitions, setupOf } from './setup.ts';
import { firstStart, journalPath } from './journal-at.ts';

/** A run as its journal describes it: with the configuration of that time, and the code of now. */
export interface RecordedRun {
  readonly start: StartInput;
  readonly desk: Desk;
  readonly setup: Setup;
  readonly definitions: Definitions;
}

/** A desk as its journal describes it, without its strategies. */
export interface RecordedDesk {
  readonly start: StartInput;
  readonly desk: Desk;
}

/**
 * The desk that the journal in `folder` belongs to.
 * Throws `BadInput` when it is not there or lacks its configuration.
 */
export function recordedDesk(folder: string): RecordedDesk {
  const path = journalPath(folder);
  const start = firstStart(path);
  if (start === null || start.kind !== 'start') {
    throw new BadInput(`Journal "${path}" does not begin with a start`);
  }
  const reader = readJournal(path);
  let text: string | undefined;
  try {
    text = reader.content(start.config);
  } finally {
    reader.close();
  }
  if (text === undefined) throw new BadInput(`Journal "${path}" lacks its configuration`);
  const recorded = JSON.parse(text) as Omit<Desk, 'folder'>;
  return { start, desk: { ...recorded, broker: recorded.broker ?? null, folder } };
}

/** The same with its strategies, whose code is that of now. Throws what they throw. */
export async function recordedRun(folder: string): Promise<RecordedRun> {
  const { start, desk } = recordedDesk(folder);
  const definitions = await definitionsOf(desk, join(folder, '.cache', 'strategies'));
  const record = recordOf(desk);
  const account = start.world?.account ?? desk.name;
  const setup = setupOf(desk, definitions, { account, record, world: start.world });
  return { start, desk, setup, definitions };
}
