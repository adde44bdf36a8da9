import { describe, expect, test } from 'vitest';
import { formatConfigErrors } from './error.ts';
import { type ConfigNode, nodeAt, placeOf, showNode } from './node.ts';
import { readConfig } from './read.ts';

function tree(text: string): ConfigNode {
  const result = readConfig(text, 'desk.yaml');
  if (!result.ok) throw new Error(formatConfigErrors(result.error));
  return result.value;
}

function refusal(text: string): string {
  const result = readConfig(text, 'desk.yaml');
  return result.ok ? 'read' : formatConfigErrors(result.error);
}

describe('what YAML allows and a configuration does not', () => {
  test.each([
    [
      'a doubled key',
      'a: 1\nb: 2\na: 3\n',
      'desk.yaml:3:1: a: found the key a second time, first on line 1, wanted each key once',
    ],
    [
      'a doubled key of a flow map',
      'a: { b: 1, b: 2 }\n',
      'desk.yaml:1:12: a.b: found the key a second time, first on line 1, wanted each key once',
    ],
    ['a tab as indentation', 'a:\n\tb: 1\n', 'desk.yaml:2:1: found a tab, wanted blanks'],
    ['a tab after a colon', 'a:\t1\n', 'desk.yaml:1:3: found a tab, wanted blanks'],
    [
      'a tag',
      'a: !!str 1\n',
      'desk.yaml:1:10: a: found the tag "tag:yaml.org,2002:str", wanted a value without a tag',
    ],
    [
      'a second document',
      'a: 1\n---\nb: 2\n',
      'desk.yaml:2:1: found a second document, wanted one document',
    ],
    [
      'text after the end',
      'a: 1\n...\nb\n',
      'desk.yaml:3:1: found a second document, wanted one document',
    ],
    [
      'another version of YAML',
      '%YAML 1.1\n---\na: yes\n',
      'desk.yaml:1:1: found a YAML directive, wanted none: the text is YAML 1.2',
    ],
    [
      'a number as key',
      'a:\n  1: 2\n',
      'desk.yaml:2:3: a: found the key "1", wanted a key that is a name',
    ],
    [
      'a list as key',
      '? [a]\n: 1\n',
      'desk.yaml:1:3: found a list or map as key, wanted a key that is a name',
    ],
    [
      'the prototype as key',
      '__proto__: 1\n',
      'desk.yaml:1:1: found the key "__proto__", wanted a key that is a name',
    ],
    [
      'an alias of nothing',
      'a: *b\n',
      'desk.yaml:1:4: a: found "*b", wanted an anchor "&b" before it',
    ],
    [
      'a control character',
      'a: "x\\0y"\n',
      'desk.yaml:1:4: a: found a control character, wanted printable text',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(refusal(text)).toBe(message);
  });

  test('a variable without quotes in a flow map is explained, and nothing else is told', () => {
    expect(refusal('a: { b: ${X} }\nc: 1\nd: 2\n')).toBe(
      'desk.yaml:1:10: found "a: { b: ${X} }" (Unexpected flow-map-start at node end), ' +
        'wanted quotes around "${NAME}" inside { } and [ ]',
    );
  });

  test('an alias that holds itself is refused', () => {
    expect(refusal('a: &x [*x]\n')).toContain('levels deep');
  });

  test('aliases that multiply are refused before they fill the memory', () => {
    const levels = Array.from({ length: 12 }, (_, i) => {
      const inner = i === 0 ? '1' : `*l${i - 1}`;
      return `k${i}: &l${i} [${Array.from({ length: 9 }, () => inner).join(', ')}]`;
    });
    expect(refusal(levels.join('\n'))).toContain('found more, wanted at most 20000 values');
  });

  test('a text of a million characters is refused unread', () => {
    expect(refusal('#'.repeat(1_000_001))).toContain('wanted at most 1000000');
  });
});

describe('what is read', () => {
  test('yes, no, on and off are text, and a number with a leading zero is decimal', () => {
    const root = tree('a: yes\nb: off\nc: 010\nd: 1e5\n');
    const values = ['a', 'b', 'c', 'd'].map((key) => {
      const node = nodeAt(root, [key]);
      return node?.kind === 'scalar' ? node.value : undefined;
    });
    expect(values).toEqual(['yes', 'off', 10, 100_000]);
  });

  test('an alias is a copy with the places of its anchor', () => {
    const root = tree('a: &x { b: 1 }\nc: *x\n');
    expect(nodeAt(root, ['c', 'b'])).toEqual(nodeAt(root, ['a', 'b']));
    expect(nodeAt(root, ['c'])).not.toBe(nodeAt(root, ['a']));
    expect(placeOf(root, ['c', 'b'])).toMatchObject({ line: 1, column: 12 });
  });

  test('a byte order mark and Windows line ends move no line and no column', () => {
    const root = tree('\uFEFFa: 1\r\nb:\r\n  c: 2\r\n');
    expect(placeOf(root, ['a'])).toMatchObject({ line: 1, column: 4 });
    expect(placeOf(root, ['b', 'c'])).toMatchObject({ line: 3, column: 6 });
  });

  test('the place of a missing value is the key above it', () => {
    const root = tree('a:\n  b: 1\n');
    expect(placeOf(root, ['a', 'c', 'd'])).toMatchObject({ line: 1, column: 1 });
  });

  test('an empty text is nothing, on its first line', () => {
    expect(tree('# only a comment\n')).toMatchObject({ kind: 'scalar', value: null });
  });

  test('long text is cut where it is shown', () => {
    const shown = showNode(nodeAt(tree(`a: ${'x'.repeat(100)}`), ['a']));
    expect(shown).toBe(`"${'x'.repeat(60)}..."`);
  });
});
