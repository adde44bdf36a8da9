import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliPage } from './docs/cli.ts';
import { configurationPage } from './docs/configuration.ts';
import { figuresPage } from './docs/figures.ts';

/*
 * Pages that come from the source. `npm run docs` writes those that differ; `test/docs.test.ts`
 * fails while one does.
 */

/** Each page's path from the root, with its text as it has to be. */
export async function madePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/guides/cli.md', await cliPage()],
    ['docs/guides/configuration.md', configurationPage()],
    ['docs/guides/figures.md', figuresPage()],
  ]);
}

const inRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A page as it lies on disk; empty where there is none. */
export function pageOnDisk(path: string): string {
  try {
    return readFileSync(inRoot(path), 'utf8');
  } catch {
    return '';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await madePages()) {
    if (pageOnDisk(path) === text) continue;
    mkdirSync(dirname(inRoot(path)), { recursive: true });
    writeFileSync(inRoot(path), text);
    process.stdout.write(`${path}\n`);
  }
}
