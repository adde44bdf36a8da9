import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initFiles } from '../init/index.ts';
import { UsageError } from '../load.ts';
import { say } from './print.ts';

/** Types of the strategy SDK in this build, for the desk's editor. */
const sdkTypes = (): string => fileURLToPath(new URL('../../strategy/index.d.ts', import.meta.url));

/** A desk's name from that of its folder: "My first_Desk" is "my-first-desk". */
const nameOf = (folder: string): string =>
  basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-$/g, '') || 'desk';

/** Writes a new desk into `folder`, which must be empty or not there. */
export function writeDesk(folder: string): string[] {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new UsageError(`Folder "${folder}" is not empty; a new desk wants its own`);
  }
  const files = initFiles({ name: nameOf(folder), sdkTypes: sdkTypes() });
  for (const { path, text } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return files.map((file) => file.path);
}

/** `plimsoll init`. */
export async function init(folder: string): Promise<undefined> {
  for (const path of writeDesk(folder)) say(`  ${join(folder, path)}`);
  say();
  say(`A new desk. Try it:`);
  say(`  plimsoll backtest ${folder} --report ${join(folder, 'report.html')}`);
  say(`  plimsoll run ${folder} --stage paper --from 2018-01-02`);
}
