import { readJournal } from '../adapters/journal/index.ts';
import { foldRecords, usable } from '../engine/index.ts';
import { type ControlView, controlView } from './control-view.ts';
import { recordedRun } from './recorded-run.ts';
import { journalPath } from './journal-at.ts';

/** The desk in `folder` as its journal has it. Reads only, beside a process that runs it too. */
export async function viewAtRest(folder: string): Promise<ControlView> {
  const { setup, start } = await recordedRun(folder);
  const reader = readJournal(journalPath(folder));
  try {
    const snapshot = usable(reader.latestSnapshot());
    const state = foldRecords(setup, reader.read(snapshot?.seq ?? 0), snapshot);
    return controlView(setup, state, start.stage);
  } finally {
    reader.close();
  }
}
