import { join } from 'node:path';
import { readJournal } from '../adapters/journal/index.ts';
import { BadInput } from '../base/index.ts';
import type { Setup, StartInput } from '../engine/index.ts';
import { recordOf } from './backtest.ts';
import type { Desk } from './config/index.ts';
import { definitionsOf } from './load.ts';
import { setupOf } from './setup.ts';
import { firstStart, journalPath } from './wire.ts';

/** A run as its journal describes it: with the configuration of that time, and the code of now. */
export interface RecordedRun {
  readonly start: StartInput;
  readonly desk: Desk;
  readonly setup: Setup;
}

/**
 * The run that the journal in `folder` belongs to.
 * Throws `BadInput` when it is not there or lacks its configuration.
 */
export async function recordedRun(folder: string): Promise<RecordedRun> {
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
  const desk = { ...(JSON.parse(text) as Omit<Desk, 'folder'>), folder };
  const definitions = await definitionsOf(desk, join(folder, '.cache', 'strategies'));
  const record = recordOf(desk);
  return { start, desk, setup: setupOf(desk, definitions, { account: desk.name, record }) };
}
