import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDate } from '../../src/base/index.ts';
import { firstStart, journalPath } from '../../src/apps/journal-at.ts';
import { loadDesk } from '../../src/apps/load.ts';
import { openDesk } from '../../src/apps/wire.ts';
import { openWorld, secretsOf } from '../../src/apps/world/index.ts';
import { type DeskName, KEYS } from './terms.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

export interface DeskTerms {
  readonly number: string;
  readonly desk: DeskName;
  readonly url: string;
  /** "recorded" where the broker follows its callers' clock. */
  readonly clock: 'recorded' | 'system';
  readonly markEveryS: number;
  readonly reconcileEveryMinutes: number;
}

/** Makes an example a desk of its own that trades at the paper broker behind `url`. */
export function makeDesk(folder: string, terms: DeskTerms): void {
  const text = readFileSync(join(EXAMPLES, terms.desk, 'desk.yaml'), 'utf8');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'desk.yaml'),
    `${text}
broker:
  name: alpaca
  accounts: { paper: ${terms.number} }
  url: ${terms.url}
  clock: ${terms.clock}
  mark_every_seconds: ${terms.markEveryS}
  close_minutes_after: 20
reconcile: { every_minutes: ${terms.reconcileEveryMinutes} }
`,
  );
  const { keyId, secret } = KEYS;
  const keys = `ALPACA_PAPER_KEY_ID=${keyId}\nALPACA_PAPER_SECRET_KEY=${secret}\n`;
  writeFileSync(join(folder, '.env'), keys, { mode: 0o600 });
}

/** The broker could not be proven: nothing was sent, and a supervisor would start it again. */
export class NotProven extends Error {}

/** One life of the desk, from where its journal ends to the close of `to`. */
export async function liveRun(folder: string, span: { from: string; to: string }): Promise<void> {
  const loaded = await loadDesk(folder);
  const start = firstStart(journalPath(folder));
  const [from, to] = [parseDate(span.from), parseDate(span.to)];
  const world = await openWorld({
    desk: loaded.desk,
    folder,
    stage: 'paper',
    secrets: secretsOf(folder),
    from,
    ...(start !== null && { since: start.at }),
  }).catch((error: Error) => {
    throw new NotProven(error.message);
  });
  const observer = { taken: () => {} };
  const options = { stage: 'paper', speed: 'max', fresh: false } as const;
  const desk = await openDesk(loaded, { ...options, from, to, world, observer });
  try {
    await desk.runner.run('end');
  } finally {
    await desk.close();
  }
}
