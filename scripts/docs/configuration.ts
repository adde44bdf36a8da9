import { deskJsonSchema } from '../../src/apps/config/index.ts';
import { MEANINGS } from './meanings.ts';
import { SECTIONS } from './sections.ts';
import { capital, item, page, sentence, wrapped } from './text.ts';

/** The parts of JSON Schema that the desk's own uses. */
interface Node {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly items?: Node | boolean;
  readonly prefixItems?: readonly Node[];
}

/** One key of the desk file. */
export interface KeyRow {
  /** "limits.position_pct_max"; a list's entry is "books[]", a map's is "data.SYMBOL". */
  readonly path: string;
  readonly node: Node;
  readonly required: boolean;
}

/**
 * All keys of a node, in the order of the schema, a map before its members. The form of an entry
 * that has several (a file, a synthetic series) is told apart by the key it alone has.
 */
function* keysOf(node: Node, path: string): Generator<KeyRow> {
  const { properties = {}, required = [], additionalProperties, anyOf = [], items } = node;
  for (const [key, member] of Object.entries(properties)) {
    const child = path === '' ? key : `${path}.${key}`;
    yield { path: child, node: member, required: required.includes(key) };
    yield* keysOf(member, child);
  }
  if (typeof additionalProperties === 'object')
    yield* keysOf(additionalProperties, `${path}.SYMBOL`);
  if (typeof items === 'object') yield* keysOf(items, `${path}[]`);
  for (const form of anyOf) yield* keysOf(form, path);
}

/** Every key once; the limits of a book are those of the desk, and are told there. */
export function deskKeys(): KeyRow[] {
  const rows = new Map<string, KeyRow>();
  for (const row of keysOf(deskJsonSchema() as Node, '')) {
    const isRepeat = row.path.startsWith('books[].limits.');
    if (!isRepeat && !rows.has(row.path)) rows.set(row.path, row);
  }
  return [...rows.values()];
}

const shown = (value: unknown): string => `\`${JSON.stringify(value)}\``;

/** What a value has to be, for a person. */
function wanted({ const: only, enum: words, description, type, anyOf, prefixItems }: Node): string {
  if (only !== undefined) return shown(only);
  if (words) return words.map((word) => `\`${String(word)}\``).join(', ');
  if (prefixItems) return `a list of ${prefixItems.length}, each ${wanted(prefixItems[0] as Node)}`;
  if (description !== undefined) return description;
  if (anyOf) return anyOf.map(wanted).join('; or ');
  if (type === 'array') return 'a list';
  if (type === 'object') return 'a map';
  return type === 'boolean' ? '`true` or `false`' : 'text';
}

/** Keys that say which form an entry of `data` has. */
const FORMS = /^data\.SYMBOL\.(?:file|synthetic|sample|store)$/;
/** What every key of a section begins with. */
const COMMON = /^(?:data\.SYMBOL|books\[\]|[a-z_]+)\./;

function need({ path, node, required }: KeyRow, name: string): string {
  if (FORMS.test(path)) return 'names this form';
  if (required) return name.includes('.') ? 'required with it' : 'required';
  const isPlain = node.default !== undefined && JSON.stringify(node.default) !== '{}';
  return isPlain ? `default ${shown(node.default)}` : 'optional';
}

function key(row: KeyRow): string {
  const { path, node } = row;
  const meaning = MEANINGS[path];
  if (meaning === undefined) throw new Error(`Key "${path}" of the desk file has no meaning`);
  const name = path.replace(COMMON, '');
  const value = sentence(capital(wanted(node)));
  return item(`\`${name}\`, ${need(row, name)}. ${value} ${sentence(capital(meaning))}`);
}

const READING = [
  'What a desk trades, how, when and within which limits is one file, `desk.yaml`. Each ' +
    'entry below says whether a key is required or what it is when it is left out, what its ' +
    'value may be, and what it does.',
  'The file is strict: an unknown or doubled key, a wrong type, or a figure outside its ' +
    'plausible range is refused, all errors at once, each with line and column, what was ' +
    'found, what was wanted, and a suggestion where there is one. `plimsoll check DESK` proves ' +
    'a desk without running it, and shows its limits in dollars; `plimsoll schema` prints the ' +
    'JSON Schema that editors complete from.',
  'Units are in the names. Percent figures end in `_pct`, `_pct_max` or `_percent`: 5 is 5 ' +
    '%, never 0.05. A relative path starts at the folder of `desk.yaml`. `${NAME}` in a text ' +
    'takes a value from `.env` beside the desk, or from the environment, which goes first; ' +
    '`$${` stands for `${`. No message shows such a value.',
  'On the command line `--set limits.position_pct_max=25` overrides a value for one run, ' +
    '`--set books.0.params.fast=50` one within a list (counted from 0), and `--bars QQQ=QQQ.csv` ' +
    'takes a file in the place of the data of one symbol.',
];

function section(
  { title, prefix, text }: (typeof SECTIONS)[number],
  rows: readonly KeyRow[],
): string {
  const own = rows.filter((row) => prefix.test(row.path)).map(key);
  return [`## ${title}`, ...text.map((part) => wrapped(part)), own.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `docs/guides/configuration.md`. Throws when a key has no meaning, or a meaning no key. */
export function configurationPage(): string {
  const rows = deskKeys();
  const known = new Set(rows.map((row) => row.path));
  const stray = Object.keys(MEANINGS).filter((path) => !known.has(path));
  if (stray.length > 0) throw new Error(`The desk file has no key "${stray.join('", "')}"`);
  const homeless = rows.filter((row) => !SECTIONS.some(({ prefix }) => prefix.test(row.path)));
  if (homeless.length > 0) throw new Error(`Key "${homeless[0]?.path}" is in no section`);
  const parts = SECTIONS.map((one) => section(one, rows));
  const from =
    '`src/apps/config/schema.ts`, with what each key means from `scripts/docs/meanings.ts`,';
  return page('Configuration', from, [...READING.map((text) => wrapped(text)), ...parts]);
}
