import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const SHARED = new URL('../../../shared/', import.meta.url);

/** Whether the folder with reference data lies beside the project. */
export const goldenHere = existsSync(new URL('golden/README.md', SHARED));

export const ABSENT = '(skipped: no ../shared beside the project)';

const unzipped = (name: string): string =>
  gunzipSync(readFileSync(new URL(`golden/${name}.gz`, SHARED))).toString('utf8');

/** Rows of a table by column. */
function rowsOf(text: string): Readonly<Record<string, string>>[] {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const names = (head as string).split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}

export const goldenRows = (name: string) => rowsOf(unzipped(`${name}.csv`));

/** Closes of one reference input by date, as decimal texts. */
export const goldenCloses = (file: string): ReadonlyMap<string, string> =>
  new Map(
    rowsOf(readFileSync(new URL(`data/golden-input/${file}.csv`, SHARED), 'utf8')).map(
      ({ date, close }) => [date as string, close as string],
    ),
  );

export const goldenCases = <T>(name: string): T[] =>
  unzipped(`${name}.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
