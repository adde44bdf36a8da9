import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SqliteJournal } from '../adapters/journal/index.ts';
import { foldRecords, type Setup } from '../engine/index.ts';
import { firstStart, journalPath } from './journal-at.ts';
import { Publisher } from './publish.ts';
import { recordedIn } from './recorded.ts';

const viewsPath = (folder: string): string => join(folder, 'journal', 'views-at');

/** The publisher, told everything from the beginning where its files may lag behind the journal. */
export function publisherOf(
  folder: string,
  journal: SqliteJournal,
  setup: Setup,
  { stage, tickEveryMs }: { readonly stage: string; readonly tickEveryMs: number },
): Publisher {
  const at = existsSync(viewsPath(folder)) ? Number(readFileSync(viewsPath(folder), 'utf8')) : -1;
  const behind = at !== journal.head().seq || !Publisher.isWhole(folder);
  const created = firstStart(journalPath(folder))?.at ?? null;
  const head = { desk: setup.desk, stage, created };
  const publisher = new Publisher(folder, head, { fresh: behind, tickEveryMs });
  if (journal.head().seq === 0) return publisher;
  if (!behind) {
    const { decisions, fills } = recordedIn(journal);
    publisher.goOn(decisions.at(-1) ?? null, fills.length);
    return publisher;
  }
  const state = foldRecords(setup, journal.read(0), undefined, (input, effects, _record, now) => {
    publisher.taken(input, effects, now);
  });
  publisher.writeState(state);
  return publisher;
}

/** Notes that the files of views hold all of the journal. */
export const viewsAreWhole = (folder: string, journal: SqliteJournal): void =>
  writeFileSync(viewsPath(folder), `${journal.head().seq}`);
