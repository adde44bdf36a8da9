/** Widest line of a page. */
const COLUMNS = 100;

/** Words, and code with all that touches it. */
const PIECES = /(?:`[^`]*`|[^\s`])+/g;

/** Text as lines of at most 100 columns, code in one piece; `indent` begins all but the first. */
export function wrapped(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(PIECES) ?? []) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= COLUMNS || line === '') line = longer;
    else {
      lines.push(line);
      line = `${indent}${word}`;
    }
  }
  return [...lines, line].join('\n');
}

/** An item of a list. */
export const item = (text: string): string => wrapped(`- ${text}`, '  ');

/** "Sentence." from "Sentence", and from "Sentence." */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The first letter as a capital. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A page under its title, with the note that it is made. */
export function page(title: string, from: string, parts: readonly string[]): string {
  const note = `This page is made from ${from} by \`npm run docs\`. Change it there.`;
  return `${[`# ${title}`, wrapped(note), ...parts].join('\n\n')}\n`;
}
