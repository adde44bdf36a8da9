import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { JournalDamaged, readJournal, verifyJournal } from '../adapters/journal/index.ts';
import { redacted } from '../adapters/index.ts';
import { BadInput, canonical } from '../base/index.ts';
import type { StartInput } from '../engine/index.ts';
import type { LoadedDesk } from './load.ts';

const VERIFIED_MAX = 300_000; // records, about a second

export const journalPath = (folder: string): string => join(folder, 'journal', 'plimsoll.db');

/**
 * Proves the whole journal before anything is read of it, up to a size that takes about a second;
 * beyond it the chain is proven from the newest snapshot on, and `journal verify` proves the rest.
 * Throws `JournalDamaged` with the first bad record; nothing is written then.
 */
export function verifyAtStart(path: string): boolean {
  if (!existsSync(path)) return false;
  if (recordsIn(path) > VERIFIED_MAX) return false;
  const verdict = verifyJournal(path);
  if (verdict.ok) return true;
  const { ok: _, ...damage } = verdict;
  throw new JournalDamaged(path, damage);
}

/** How many records a journal has; 0 for one that cannot be read, which verification then names. */
function recordsIn(path: string): number {
  try {
    const reader = readJournal(path);
    const records = reader.head().seq;
    reader.close();
    return records;
  } catch {
    return 0;
  }
}

/** The first start on record, which tells whose run a journal is; null when it has no records. */
export function firstStart(path: string): StartInput | null {
  if (!existsSync(path)) return null;
  const reader = readJournal(path);
  try {
    for (const record of reader.read(0)) return record.body as StartInput;
    return null;
  } finally {
    reader.close();
  }
}

/** The account a run of a recorded market belongs to: the built-in broker's, for this desk. */
export const accountOf = (stage: string, desk: string): string => `${stage}:${desk}`;

/** The account that a run's journal is bound to, and what only one process may own of it. */
export function accountsOf(
  start: StartInput,
  desk: string,
  folder: string,
): { readonly journal: string; readonly owned: string } {
  const { stage, world } = start;
  if (world === undefined) {
    const journal = accountOf(stage, desk);
    return { journal, owned: `${journal}:${folder}` };
  }
  const { account } = world;
  return { journal: account, owned: account.slice(0, account.lastIndexOf(':')) };
}

/** What a run must share with the one in the journal, to go on with it. */
export interface RunAsked {
  readonly stage: string;
  readonly fresh: boolean;
}

/**
 * A recorded market may be run in many ways: a journal of another stage, configuration or strategy
 * is put aside whole, with its broker's books, and nothing of it is lost. Where it went, or null.
 */
export function archiveOther(loaded: LoadedDesk, { stage, fresh }: RunAsked): string | null {
  const path = journalPath(loaded.folder);
  if (!existsSync(path)) return null;
  const start = firstStart(path);
  const isLive = start?.world !== undefined;
  if (isLive && !fresh) throw new BadInput(`Journal "${path}" is of a market that lives: ${ASIDE}`);
  const same = start !== null && start.stage === stage && differences(loaded, path, start) === null;
  return same && !fresh ? null : archive(loaded.folder);
}

const ASIDE = 'start it with "--feed live", or with "--fresh", which puts it aside';

/**
 * A journal of a market that lives goes on only with what it was begun with: nothing of it is put
 * aside unasked, for the broker's account would not begin anew. Where it went, or null. Throws
 * `BadInput` with what differs.
 */
export function archiveAsked(
  loaded: LoadedDesk,
  { stage, fresh }: RunAsked,
  isAccount: (account: string) => boolean,
): string | null {
  const path = journalPath(loaded.folder);
  if (!existsSync(path)) return null;
  if (fresh) return archive(loaded.folder);
  const start = firstStart(path);
  const differs =
    start === null || start.world === undefined
      ? 'it is of a recorded market'
      : start.stage !== stage
        ? `it is of stage "${start.stage}"`
        : !isAccount(start.world.account)
          ? 'it belongs to another account'
          : differences(loaded, path, start);
  if (differs === null) return null;
  throw new BadInput(
    `Journal "${path}" cannot go on: ${differs}; "--fresh" puts it aside and begins anew, and ` +
      'what the account holds is then asked about',
  );
}

/** In what a desk differs from the run in the journal, as a sentence's part; null in nothing. */
function differences(loaded: LoadedDesk, path: string, start: StartInput): string | null {
  const { folder: _, ...effective } = loaded.desk;
  if (canonical(start.strategies) !== canonical(loaded.strategies)) {
    return 'the code of a strategy has changed';
  }
  // As it was kept: without any secret that somebody wrote into the file.
  const isSame = contentOf(path, start.config) === redacted(canonical(effective));
  return isSame ? null : 'the configuration has changed';
}

function archive(folder: string): string {
  const aside = join(folder, 'archive', `journal-${Date.now()}`);
  mkdirSync(join(folder, 'archive'), { recursive: true });
  renameSync(join(folder, 'journal'), aside);
  return aside;
}

function contentOf(path: string, hash: string): string | undefined {
  const reader = readJournal(path);
  try {
    return reader.content(hash);
  } finally {
    reader.close();
  }
}
