import { openJournal } from '../adapters/journal/index.ts';
import { takeOwnership } from '../adapters/system/index.ts';
import {
  type CommandInput,
  saveState,
  type State,
  step,
  entriesOf,
  foldRecords,
} from '../engine/index.ts';
import { recordedRun } from './recorded-run.ts';
import { accountOf, journalPath } from './wire.ts';

type Distribute<T> = T extends unknown ? Omit<T, 'kind' | 'at'> : never;

/** What a person asks of a desk; instant and kind are added here. */
export type Command = Distribute<CommandInput>;

/**
 * Gives a command to a desk that no process runs: takes it over, folds its journal, and writes the
 * command with what it does. Nothing is sent. Throws `OwnedElsewhere` while a process runs it.
 */
export async function commandDesk(
  folder: string,
  make: (books: readonly string[]) => Command,
): Promise<State> {
  const { setup, start } = await recordedRun(folder);
  const account = accountOf(start.stage, setup.desk);
  const ownership = await takeOwnership(folder, `${account}:${folder}`);
  try {
    const command = make(setup.books.map((book) => book.name));
    const journal = openJournal(journalPath(folder), { account });
    try {
      const snapshot = journal.latestSnapshot();
      const state = foldRecords(setup, journal.read(snapshot?.seq ?? 0), snapshot);
      const input = { ...command, kind: 'command', at: state.at } as CommandInput;
      journal.append(entriesOf(input, step(setup, state, input)));
      journal.saveSnapshot(journal.head().seq, saveState(state));
      return state;
    } finally {
      journal.close();
    }
  } finally {
    await ownership.release();
  }
}
