import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { fail, ok, type Result } from '../../base/index.ts';
import { type ConfigError, configError, type Place } from './error.ts';
import {
  type ConfigNode,
  type KeyPath,
  keyText,
  type MapEntry,
  scalar,
  type ScalarNode,
} from './node.ts';

const TEXT_LENGTH_MAX = 1_000_000;
/** Far above any desk; what aliases multiply counts in full. */
const NODES_MAX = 20_000;
const DEPTH_MAX = 20;

/** Where offsets of one text lie: a file, or the value of an argument, which has no lines. */
type Locate = (offset: number) => Place;

interface Reading {
  readonly document: Document.Parsed;
  readonly locate: Locate;
  readonly errors: ConfigError[];
  nodes: number;
}

/**
 * The tree of a YAML 1.2 text of one document. Refused: syntax errors, tabs, tags, directives,
 * several documents, keys that are not text or come twice, and texts out of all proportion.
 * Anchors and aliases are fine. `argument` names the command line's argument the text is from.
 */
export function readConfig(
  text: string,
  path: string,
  argument?: string,
): Result<ConfigNode, ConfigError[]> {
  if (text.length > TEXT_LENGTH_MAX) {
    const found = `${text.length} characters`;
    const wanted = `at most ${TEXT_LENGTH_MAX}`;
    return fail([configError({ path, line: 1, column: 1 }, { key: '', found, wanted })]);
  }
  const plain = text.replace(/^\uFEFF/, '');
  const lineCounter = new LineCounter();
  const options = {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  } as const;
  const document = parseDocument(plain, options);
  const locate = (offset: number): Place => {
    if (argument !== undefined) return { path: argument, line: null, column: null };
    const { line, col } = lineCounter.linePos(offset);
    return { path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const reading: Reading = { document, locate, errors: textErrors(plain, locate), nodes: 0 };
  reading.errors.push(...syntaxErrors(reading, plain));
  if (reading.errors.length > 0) return fail(reading.errors);
  const contents: Node | null = document.contents;
  const root = contents ? treeOf(reading, contents, []) : scalar(null, locate(0));
  return reading.errors.length > 0 ? fail(reading.errors) : ok(root);
}

/** Tabs and directives, which YAML would let pass in some places. */
function textErrors(text: string, locate: Locate): ConfigError[] {
  const errors: ConfigError[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const tab = line.trimStart().startsWith('#') ? -1 : line.indexOf('\t');
    if (tab >= 0) {
      const parts = { key: '', found: 'a tab', wanted: 'blanks' };
      errors.push(configError(locate(offset + tab), parts));
    }
    if (line.startsWith('%')) {
      const parts = { key: '', found: 'a YAML directive', wanted: 'none: the text is YAML 1.2' };
      errors.push(configError(locate(offset), parts));
    }
    offset += line.length + 1;
  }
  return errors;
}

/** What the parser refuses: the first of each line, without what only follows from another. */
function syntaxErrors({ document, locate, errors }: Reading, text: string): ConfigError[] {
  const lines = new Set(errors.map((error) => error.line));
  const found: ConfigError[] = [];
  for (const [i, { code, message, pos }] of document.errors.entries()) {
    const at = locate(pos[0]);
    const follows = i > 0 && message.includes('in YAML stream');
    if (follows || lines.has(at.line)) continue;
    lines.add(at.line);
    found.push(configError(at, { key: '', ...explained(code, message, lineAt(text, pos[0])) }));
  }
  return found;
}

const lineAt = (text: string, offset: number): string =>
  text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] as string;

function explained(code: string, message: string, line: string): { found: string; wanted: string } {
  if (code === 'MULTIPLE_DOCS') return { found: 'a second document', wanted: 'one document' };
  const isBare = code === 'UNEXPECTED_TOKEN' && /[[{].*\$\{/.test(line);
  const wanted = isBare ? 'quotes around "${NAME}" inside { } and [ ]' : 'valid YAML';
  return { found: `"${line.trim().slice(0, 60)}" (${message.replace(/\.$/, '')})`, wanted };
}

function refuseNode(reading: Reading, offset: number, path: KeyPath, what: [string, string]) {
  const [found, wanted] = what;
  reading.errors.push(configError(reading.locate(offset), { key: keyText(path), found, wanted }));
}

function treeOf(reading: Reading, node: Node, path: KeyPath): ConfigNode {
  const offset = node.range?.[0] ?? 0;
  const at = reading.locate(offset);
  reading.nodes += 1;
  if (reading.nodes > NODES_MAX || path.length > DEPTH_MAX) {
    const most = `at most ${NODES_MAX} values, ${DEPTH_MAX} levels deep`;
    if (reading.nodes <= NODES_MAX + 1) refuseNode(reading, offset, path, ['more', most]);
    reading.nodes = NODES_MAX + 2;
    return scalar(null, at);
  }
  if (isAlias(node)) return treeOfAlias(reading, node, path);
  if (node.tag !== undefined) {
    refuseNode(reading, offset, path, [`the tag "${node.tag}"`, 'a value without a tag']);
  }
  if (isMap(node)) return { kind: 'map', entries: entriesOf(reading, node, path), at };
  if (isSeq(node)) {
    const items = node.items.map((item, i) => treeOf(reading, item as Node, [...path, i]));
    return { kind: 'list', items, at };
  }
  return scalarOf(reading, node as Scalar.Parsed, path);
}

function treeOfAlias(reading: Reading, alias: Alias, path: KeyPath): ConfigNode {
  const target = alias.resolve(reading.document);
  if (target) return treeOf(reading, target, path);
  const offset = alias.range?.[0] ?? 0;
  refuseNode(reading, offset, path, [
    `"*${alias.source}"`,
    `an anchor "&${alias.source}" before it`,
  ]);
  return scalar(null, reading.locate(offset));
}

function scalarOf(reading: Reading, node: Scalar.Parsed, path: KeyPath): ScalarNode {
  const { value } = node;
  const at = reading.locate(node.range[0]);
  const source = node.source;
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value) || value === null;
  // oxlint-disable-next-line no-control-regex
  if (typeof value === 'string' && /[\u0000-\u0009\u000B-\u001F\u007F]/.test(value)) {
    refuseNode(reading, node.range[0], path, ['a control character', 'printable text']);
  }
  return { kind: 'scalar', value: isPlain ? (value as ScalarNode['value']) : null, source, at };
}

function entriesOf(reading: Reading, map: YAMLMap, path: KeyPath): Map<string, MapEntry> {
  const entries = new Map<string, MapEntry>();
  for (const { key, value } of map.items as { key: Node; value: Node | null }[]) {
    const offset = key.range?.[0] ?? 0;
    const keyAt = reading.locate(offset);
    const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
    if (name === undefined || name === '' || name === '__proto__' || key.tag !== undefined) {
      refuseNode(reading, offset, path, [keyFound(key), 'a key that is a name']);
      continue;
    }
    const here = [...path, name];
    const twin = entries.get(name);
    if (twin) {
      const first = twin.keyAt.line === null ? '' : `, first on line ${twin.keyAt.line}`;
      refuseNode(reading, offset, here, [`the key a second time${first}`, 'each key once']);
    } else {
      const node = value ? treeOf(reading, value, here) : scalar(null, keyAt);
      entries.set(name, { keyAt, node });
    }
  }
  return entries;
}

const keyFound = (key: Node): string =>
  isScalar(key)
    ? `the key ${JSON.stringify(key.source ?? String(key.value))}`
    : 'a list or map as key';
